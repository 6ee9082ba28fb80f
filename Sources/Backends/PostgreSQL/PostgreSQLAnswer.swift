// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  internal import CPostgreSQL
  internal import Support

  /// What one statement gave.
  struct PostgreSQLAnswer {
    /// How many rows it wrote or removed.
    let changed: Int
    /// The first row, a nil for each NULL and for what is larger than a record; nil where there is no row.
    let row: [[UInt8]?]?
    /// Whether the first column is of type `bytea`, or of a domain over it.
    let beginsWithBytes: Bool

    /// A copy of what libpq has.
    init(_ api: UnsafePointer<cpostgresql_api>, _ result: OpaquePointer, atMost limit: Int) {
      var count = 0
      if var digit = api.pointee.PQcmdTuples(result) {
        while digit.pointee != 0, count < 1 << 40 {
          count = count * 10 + Int(digit.pointee & 15)
          digit += 1
        }
      }
      changed = count
      // The number that this type has everywhere.
      beginsWithBytes = api.pointee.PQnfields(result) > 0 && api.pointee.PQftype(result, 0) == 17
      guard api.pointee.PQntuples(result) > 0 else {
        row = nil
        return
      }
      var columns: [[UInt8]?] = []
      for column in 0..<max(min(api.pointee.PQnfields(result), 8), 0) {
        let length = Int(api.pointee.PQgetlength(result, 0, column))
        guard api.pointee.PQgetisnull(result, 0, column) == 0, 0...max(limit, 256) ~= length,
          let start = api.pointee.PQgetvalue(result, 0, column)
        else {
          columns.append(nil)
          continue
        }
        start.withMemoryRebound(to: UInt8.self, capacity: length) {
          columns.append(Array(UnsafeBufferPointer(start: $0, count: length)))
        }
      }
      row = columns
    }

    /// A column of eight bytes as the number that it is.
    func number(_ column: Int) -> Int64? {
      guard let row, column < row.count, let bytes = row[column], bytes.count == 8 else { return nil }
      return bytes.reduce(0) { $0 << 8 | Int64($1) }
    }
  }
#endif
