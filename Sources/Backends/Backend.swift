// SPDX-License-Identifier: Apache-2.0
package import Settings
package import Stores
package import Support

/// The table from SESSION_TYPE to a store.
package enum Backend {
  /// The store that the settings ask for, connected to nothing yet. Nil for `cookie`, which has none. UNSUPPORTED where
  /// it was not compiled in.
  package static func store(_ settings: Settings, log: Log = .silent) throws(Failure) -> (any SessionStore)? {
    guard let type = settings.text(.sessionType) else {
      throw Failure(.config, "\(SettingName.sessionType.text) is not set; it names where sessions are kept")
    }
    if type == "cookie" { return nil }
    if type == "memory" { return MemoryStore(log: log) }
    if type == "redis" {
      #if Redis
        return RedisStore(try RedisOptions(settings))
      #endif
    }
    if isSQLite(type, settings) {
      #if SQLite
        return SQLiteStore(try SQLiteOptions(settings))
      #endif
    }
    throw unsupported(type)
  }

  private static func unsupported(_ type: Text) -> Failure {
    let name = SettingName.sessionType.text
    if type == "sqlalchemy" {
      return Failure(.unsupported, "\(name) sqlalchemy reaches SQLite alone in this release: sqlite:///... is expected")
    }
    return Failure(.unsupported, "\(name) \(type.string) is not in this release; \(usable) are")
  }

  private static var usable: StaticString {
    #if Redis && SQLite
      "cookie, memory, redis, sqlite and sqlalchemy with a sqlite:///... address"
    #elseif Redis
      "cookie, memory and redis"
    #elseif SQLite
      "cookie, memory, sqlite and sqlalchemy with a sqlite:///... address"
    #else
      "cookie and memory"
    #endif
  }

  private static func isSQLite(_ type: Text, _ settings: Settings) -> Bool {
    if type == "sqlite" { return true }
    let url = settings.connection(.sqlalchemyURI) ?? settings.connection(.flaskSQLAlchemyURI)
    // Without an address it is SQLite's options that say so.
    return type == "sqlalchemy" && (url?.scheme ?? "sqlite") == "sqlite"
  }
}
