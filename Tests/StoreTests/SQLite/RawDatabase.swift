// SPDX-License-Identifier: Apache-2.0
#if SQLite
  import CSQLite
  import Support
  import Testing

  /// The same file as any other program sees it.
  final class RawDatabase {
    private let api: UnsafePointer<csqlite_api>
    private let database: OpaquePointer

    init(_ path: Text) throws {
      api = try #require(csqlite_open())
      var database: OpaquePointer?
      #expect(api.pointee.open_v2(path.string, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nil) == SQLITE_OK)
      self.database = try #require(database)
    }

    deinit {
      _ = api.pointee.close_v2(database)
    }

    /// The first column of every row, as text.
    @discardableResult
    func callAsFunction(_ sql: String) throws -> [String] {
      var statement: OpaquePointer?
      let result = api.pointee.prepare_v3(database, sql, -1, 0, &statement, nil)
      try #require(result == SQLITE_OK, "\(api.pointee.errmsg(database).map { String(cString: $0) } ?? "")")
      defer { _ = api.pointee.finalize(statement) }
      var rows: [String] = []
      while true {
        let step = api.pointee.step(statement)
        if step == SQLITE_DONE { return rows }
        try #require(step == SQLITE_ROW, "\(api.pointee.errmsg(database).map { String(cString: $0) } ?? "")")
        let bytes = UnsafeRawBufferPointer(
          start: api.pointee.column_blob(statement, 0), count: Int(api.pointee.column_bytes(statement, 0)))
        rows.append(String(decoding: bytes, as: UTF8.self))
      }
    }

    /// As `vectors/fs080_sqlite.json` shows them.
    func rows(_ table: String = "sessions") throws -> [String] {
      try self(
        "SELECT id || ' ' || session_id || ' ' || coalesce(hex(data), 'NULL') || ' ' || coalesce(expiry, 'NULL')"
          + " FROM \(table) ORDER BY id")
    }
  }
#endif
