// SPDX-License-Identifier: Apache-2.0
#if SQLite
  internal import CSQLite
  internal import CSupport
  internal import Support

  /// What SQLite's result codes mean to a caller.
  enum SQLiteFailure {
    /// The last error of a connection.
    ///
    /// - Parameter system: an errno that says more than SQLite's own, or 0.
    static func make(
      _ api: UnsafePointer<csqlite_api>, _ database: OpaquePointer, _ what: String, system: Int32 = 0
    ) -> Failure {
      let code = api.pointee.extended_errcode(database)
      let reason = api.pointee.errmsg(database).map { String(cString: $0) } ?? "no reason given"
      switch code & 0xFF {
      case SQLITE_INTERRUPT:
        return Failure(
          .timeout, "The time for the call was over before SQLite was done; ask for less at once", native: code)
      case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL:
        return Failure(
          .timeout, "The SQLite database stayed locked until the time for the call was over (\(reason))", native: code)
      case SQLITE_CANTOPEN:
        let system = systemReason(system != 0 ? system : api.pointee.system_errno(database))
        return Failure(
          .unavailable, "The SQLite database cannot be opened: \(reason)\(system); look at its folder and its rights",
          native: code)
      case SQLITE_READONLY:
        return Failure(
          .backend, "SQLite could not \(what): \(reason); look at the rights of the file and of its folder",
          native: code)
      case SQLITE_ERROR:
        return Failure(
          .backend, "SQLite could not \(what): \(reason); is SESSION_SQLALCHEMY_TABLE a table of sessions?",
          native: code)
      case SQLITE_TOOBIG:
        return Failure(.tooLarge, "The session is larger than SQLite takes", native: code)
      default:
        let system = systemReason(api.pointee.system_errno(database))
        return Failure(.backend, "SQLite could not \(what): \(reason)\(system)", native: code)
      }
    }

    private static func systemReason(_ error: Int32) -> String {
      guard error != 0 else { return "" }
      return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
        buffer.initialize(repeating: 0)
        guard let start = buffer.baseAddress else { return "" }
        csupport_error_text(error, start, buffer.count)
        return " (\(String(cString: start)))"
      }
    }
  }
#endif
