// SPDX-License-Identifier: Apache-2.0
#if MySQL
  internal import CMariaDB
  internal import Support

  /// What a statement's question marks stand for, in order.
  struct MySQLArguments {
    private struct Argument {
      let type: enum_field_types
      /// In `bytes`.
      let start: Int
      let count: Int
    }

    /// One more than there are, so that an empty argument has an address too.
    private var bytes: [UInt8] = [0]
    private var arguments: [Argument] = []

    init() {
      bytes.reserveCapacity(256)
      arguments.reserveCapacity(6)
    }

    var count: Int { arguments.count }
    /// Bytes of all.
    var size: Int { bytes.count }

    /// - Parameter keysAreBytes: whether the column is; text is compared with text, for the index to be used.
    mutating func add(key: Text, _ keysAreBytes: Bool) {
      add(key.bytes, keysAreBytes ? MYSQL_TYPE_BLOB : MYSQL_TYPE_STRING)
    }

    /// For the index, and for the comparison of bytes that text needs.
    mutating func add(row key: Text, _ keysAreBytes: Bool) {
      add(key: key, keysAreBytes)
      if !keysAreBytes { add(key: key, false) }
    }

    mutating func add(_ record: [UInt8]) {
      add(record, MYSQL_TYPE_BLOB)
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    mutating func add(time seconds: Int64) {
      add(NaiveTime.bytes(seconds), MYSQL_TYPE_STRING)
    }

    mutating func add(number: Int) {
      let number = Int64(number)
      add((0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }, MYSQL_TYPE_LONGLONG)
    }

    static func + (left: MySQLArguments, right: MySQLArguments) -> MySQLArguments {
      var both = left
      for argument in right.arguments {
        both.add(Array(right.bytes[argument.start..<argument.start + argument.count]), argument.type)
      }
      return both
    }

    private mutating func add(_ new: [UInt8], _ type: enum_field_types) {
      arguments.append(Argument(type: type, start: bytes.count, count: new.count))
      bytes.append(contentsOf: new)
    }

    /// - Parameter body: given as many binds as there are arguments, which are good while it runs.
    func withBinds<Result>(_ body: (UnsafeMutablePointer<MYSQL_BIND>) -> Result) -> Result {
      bytes.withUnsafeBufferPointer { bytes in
        withUnsafeTemporaryAllocation(of: MYSQL_BIND.self, capacity: max(arguments.count, 1)) { binds in
          binds.initialize(repeating: MYSQL_BIND())
          for (place, argument) in arguments.enumerated() {
            binds[place].buffer_type = argument.type
            binds[place].buffer = bytes.baseAddress.map { UnsafeMutableRawPointer(mutating: $0 + argument.start) }
            binds[place].buffer_length = UInt(argument.count)
          }
          // There is room for one at least.
          return body(binds.baseAddress.unsafelyUnwrapped)
        }
      }
    }
  }
#endif
