// SPDX-License-Identifier: Apache-2.0
#if MySQL
  internal import CMariaDB

  /// Where libmariadb puts the columns of a row: a record, of which it says the size at first, and a number.
  final class MySQLRow {
    let binds: UnsafeMutablePointer<MYSQL_BIND>
    private let lengths: UnsafeMutablePointer<UInt>
    private let nulls: UnsafeMutablePointer<CChar>
    private let value: UnsafeMutablePointer<Int64>
    private var hasNumber = false

    init() {
      binds = .allocate(capacity: 2)
      binds.initialize(repeating: MYSQL_BIND(), count: 2)
      lengths = .allocate(capacity: 2)
      lengths.initialize(repeating: 0, count: 2)
      nulls = .allocate(capacity: 2)
      nulls.initialize(repeating: 0, count: 2)
      value = .allocate(capacity: 1)
      value.initialize(to: 0)
      for place in 0..<2 {
        binds[place].length = lengths + place
        binds[place].is_null = nulls + place
      }
      binds[0].buffer_type = MYSQL_TYPE_BLOB
      binds[1].buffer_type = MYSQL_TYPE_LONGLONG
      binds[1].buffer = UnsafeMutableRawPointer(value)
      binds[1].buffer_length = 8
    }

    deinit {
      binds.deallocate()
      lengths.deallocate()
      nulls.deallocate()
      value.deallocate()
    }

    /// Of columns. False where there is no place for so many.
    func count(_ count: UInt32) -> Bool {
      hasNumber = count == 2
      return 1...2 ~= count
    }

    /// Bytes of the record.
    var size: Int { nulls[0] != 0 ? 0 : Int(truncatingIfNeeded: min(lengths[0], UInt(Int32.max))) }

    /// The record, which `fetch` puts where its bind says.
    func bytes(_ size: Int, _ fetch: (UnsafeMutablePointer<MYSQL_BIND>) -> Bool) -> [UInt8]? {
      guard nulls[0] == 0 else { return nil }
      var isThere = false
      let bytes = [UInt8](unsafeUninitializedCapacity: max(size, 1)) { output, count in
        var bind = MYSQL_BIND()
        bind.buffer_type = MYSQL_TYPE_BLOB
        bind.buffer = UnsafeMutableRawPointer(output.baseAddress)
        bind.buffer_length = UInt(size)
        isThere = fetch(&bind)
        // Not before: what is not written must not be read.
        count = isThere ? size : 0
      }
      return isThere ? bytes : nil
    }

    /// Nil where there is none, or NULL.
    var number: Int64? { hasNumber && nulls[1] == 0 ? value.pointee : nil }
  }
#endif
