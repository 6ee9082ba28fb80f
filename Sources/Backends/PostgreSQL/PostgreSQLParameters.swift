// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  internal import CPostgreSQL
  internal import Support

  /// The parameters of one statement, in libpq's form.
  struct PostgreSQLParameters {
    enum Value {
      case key(Text)
      case bytes([UInt8])
      /// Seconds since 1970 in UTC.
      case time(Int64)
      case number(Int64)
    }

    let count: Int
    private var bytes: [UInt8] = []
    private var starts: [Int] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private var types: [Oid] = []

    init(_ values: [Value]) {
      count = values.count
      for value in values {
        starts.append(bytes.count)
        let start = bytes.count
        switch value {
        case .key(let text):
          bytes.append(contentsOf: text.bytes)
          describe(type: 25, isBinary: true)
        case .bytes(let record):
          bytes.append(contentsOf: record)
          describe(type: 17, isBinary: true)
        case .time(let seconds):
          bytes.append(contentsOf: NaiveTime.bytes(seconds))
          bytes.append(contentsOf: [0x2B, 0x30, 0x30])
          describe(type: 0, isBinary: false)
        case .number(let number):
          bytes.append(contentsOf: Text("\(number)").bytes)
          describe(type: 20, isBinary: false)
        }
        lengths.append(Int32(truncatingIfNeeded: bytes.count - start))
        // The end of a text; and a place to point to for what is empty, because a null pointer is NULL.
        bytes.append(0)
      }
    }

    private mutating func describe(type: Oid, isBinary: Bool) {
      types.append(type)
      formats.append(isBinary ? 1 : 0)
    }

    /// Puts a statement into libpq's buffer, which copies all. Its answer is to be binary.
    func send(
      _ statement: [CChar], _ api: UnsafePointer<cpostgresql_api>, _ connection: OpaquePointer
    ) -> Bool {
      bytes.withUnsafeBufferPointer { bytes -> Bool in
        bytes.withMemoryRebound(to: CChar.self) { bytes -> Bool in
          let values: [UnsafePointer<CChar>?] = starts.map { start in bytes.baseAddress.map { $0 + start } }
          return statement.withUnsafeBufferPointer { statement -> Bool in
            values.withUnsafeBufferPointer { values -> Bool in
              lengths.withUnsafeBufferPointer { lengths -> Bool in
                formats.withUnsafeBufferPointer { formats -> Bool in
                  types.withUnsafeBufferPointer { types -> Bool in
                    api.pointee.PQsendQueryParams(
                      connection, statement.baseAddress, Int32(count), types.baseAddress, values.baseAddress,
                      lengths.baseAddress, formats.baseAddress, 1) == 1
                  }
                }
              }
            }
          }
        }
      }
    }
  }
#endif
