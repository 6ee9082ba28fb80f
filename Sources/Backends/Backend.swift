// SPDX-License-Identifier: Apache-2.0
package import Settings
package import Stores
package import Support

/// The table from a word of SESSION_TYPE to a store.
package enum Backend {
  /// The store that the settings ask for, connected to nothing yet. Nil for `cookie`, which has none. UNSUPPORTED where
  /// it was not compiled in.
  ///
  /// - Parameter name: the setting that has the word.
  package static func store(
    _ settings: Settings, _ name: SettingName = .sessionType, log: Log = .silent
  ) throws(Failure) -> (any SessionStore)? {
    guard let type = settings.text(name) else {
      throw Failure(.config, "\(name.text) is not set; it names where sessions are kept")
    }
    if type == "auto" { return try store(settings, .autoStore, log: log) }
    // Where the databases' options look for it.
    var settings = settings
    try settings.set(Text(stringLiteral: SettingName.sessionType.text), text: type)
    let kind = type == "sqlalchemy" ? database(settings) : type
    if kind == "cookie" { return nil }
    if kind == "filesystem" { return FilesystemStore(try FilesystemOptions(settings)) }
    if kind == "memory" { return MemoryStore(log: log) }
    if kind == "memcached" {
      #if Memcached
        return try MemcachedStore.open(try MemcachedOptions(settings))
      #endif
    }
    if kind == "mysql" || kind == "mariadb" {
      #if MySQL
        return MySQLStore(try MySQLOptions(settings))
      #endif
    }
    if kind == "mongodb" {
      #if MongoDB
        return MongoDBStore(try MongoDBOptions(settings), log: log)
      #endif
    }
    if kind == "postgresql" {
      #if PostgreSQL
        return PostgreSQLStore(try PostgreSQLOptions(settings))
      #endif
    }
    if kind == "redis" {
      #if Redis
        return RedisStore(try RedisOptions(settings))
      #endif
    }
    if kind == "sqlite" {
      #if SQLite
        return SQLiteStore(try SQLiteOptions(settings))
      #endif
    }
    throw unsupported(name, type)
  }

  /// Which database SQLAlchemy's address is of: `mysql+pymysql://` is MySQL.
  private static func database(_ settings: Settings) -> Text {
    let url = settings.connection(.sqlalchemyURI) ?? settings.connection(.flaskSQLAlchemyURI)
    // Without an address it is SQLite's options that say so.
    let scheme = url?.scheme ?? "sqlite"
    // libpq's other spelling.
    return scheme == "postgres" ? "postgresql" : scheme
  }

  private static func unsupported(_ setting: SettingName, _ type: Text) -> Failure {
    let name = setting.text
    if type == "sqlalchemy" {
      return Failure(
        .unsupported, "\(name) sqlalchemy reaches no database of its address's kind in this build; \(usable) are there")
    }
    return Failure(.unsupported, "\(name) \(type.string) is not in this build; \(usable) are")
  }

  /// What this build has: `cookie, filesystem, memory, redis and sqlite`.
  private static var usable: String {
    var names: [StaticString] = ["cookie", "filesystem", "memory"]
    #if Memcached
      names.append("memcached")
    #endif
    #if MySQL
      names.append("mysql")
    #endif
    #if MongoDB
      names.append("mongodb")
    #endif
    #if PostgreSQL
      names.append("postgresql")
    #endif
    #if Redis
      names.append("redis")
    #endif
    #if SQLite
      names.append("sqlite")
    #endif
    var list = ""
    for (place, name) in names.enumerated() {
      if place > 0 { list += place == names.count - 1 ? " and " : ", " }
      list += name.description
    }
    return list
  }
}
