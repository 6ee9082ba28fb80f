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
      let zeros = [UInt8](repeating: 0, count: 6)
      var description = number(Int16(columns.count))
      var values = number(Int16(columns.count))
      for column in columns {
        description += [0x63, 0]
        description += zeros
        description += number(Int32(17))
        description += zeros
        description += number(Int16(1))
        values += number(Int32(column.count))
        values += column
      }
      var row = message("1")
      row += message("2")
      row += message("T", description)
      row += message("D", values)
      row += message("C", Array(tag.utf8) + [0])
      return row
    }

    /// What a connection is told that looks for its table: it is there, with all that is wanted.
    static var table: [UInt8] { row([[1], [0], [1], [1], [], [], []]) + ready }
  }
#endif
