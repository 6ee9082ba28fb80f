// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  /// What a server says, for one that tests fake.
  enum PostgreSQLWire {
    static func message(_ kind: Character, _ body: [UInt8] = []) -> [UInt8] {
      [kind.asciiValue ?? 0] + number(Int32(body.count + 4)) + body
    }

    static func number<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
      withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    /// A login without a password.
    static var welcome: [UInt8] { message("R", number(Int32(0))) + ready }

    static var ready: [UInt8] { message("Z", [0x49]) }

    static func error(_ state: String, _ sentence: String, severity: String = "ERROR") -> [UInt8] {
      let fields = ["S\(severity)", "V\(severity)", "C\(state)", "M\(sentence)"]
      return message("E", fields.flatMap { Array($0.utf8) + [0] } + [0])
    }

    /// One row, in binary, of columns of the type bytea.
    static func row(_ columns: [[UInt8]], tag: String = "SELECT 1") -> [UInt8] {
      let description = columns.flatMap { _ in
        [0x63, 0] + [UInt8](repeating: 0, count: 6) + number(Int32(17)) + [UInt8](repeating: 0, count: 6)
          + number(Int16(1))
      }
      let values = columns.flatMap { number(Int32($0.count)) + $0 }
      return message("1") + message("2") + message("T", number(Int16(columns.count)) + description)
        + message("D", number(Int16(columns.count)) + values) + message("C", Array(tag.utf8) + [0])
    }

    /// What a connection is told that looks for its table: it is there, with all that is wanted.
    static var table: [UInt8] { row([[1], [0], [1], [1], [], [], []]) + ready }
  }
#endif
