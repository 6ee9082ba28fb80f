// SPDX-License-Identifier: Apache-2.0
#if MySQL
  internal import CMariaDB
  internal import Support

  /// What a table is like, found out once a connection: those that were made by hand differ.
  struct MySQLColumns {
    /// Bytes that a record may have.
    private(set) var largestRecord = 0
    /// Bytes of an id, or characters where the column is text.
    private(set) var largestKey = 0
    /// Whether ids are compared as bytes by the column itself.
    private(set) var keysAreBytes = false
    /// Whether no id has two rows.
    private(set) var isUnique = false
    /// Whether `id` alone names a row, and is a number.
    private(set) var hasNumbers = false
    /// Whether a row cannot be put in without an `id`.
    private(set) var needsNumber = false
    /// Which columns an index begins with.
    private(set) var findsKeys = false
    private(set) var findsExpiry = false

    /// Whether creating a row looks itself whether there is one; else the table refuses a second one.
    var createsUnlessThere: Bool { !isUnique || needsNumber }

    private enum Kind: Equatable { case bytes, text, time, number, other }

    init(_ api: UnsafePointer<cmariadb_api>, _ result: UnsafeMutablePointer<MYSQL_RES>) throws(Failure) {
      var found = 0
      var primaryColumns = 0
      var keyIsPrimary = false
      for place in 0..<api.pointee.mysql_num_fields(result) {
        guard let field = api.pointee.mysql_fetch_field_direct(result, place)?.pointee, let name = field.name else {
          continue
        }
        if MySQLColumns.has(field, PRI_KEY_FLAG) { primaryColumns += 1 }
        let isIndexed = MySQLColumns.has(field, PRI_KEY_FLAG | UNIQUE_KEY_FLAG | MULTIPLE_KEY_FLAG)
        switch MySQLColumns.name(name) {
        case "id":
          hasNumbers = MySQLColumns.has(field, PRI_KEY_FLAG) && MySQLColumns.kind(field) == .number
          needsNumber = MySQLColumns.has(field, NO_DEFAULT_VALUE_FLAG) && !MySQLColumns.has(field, AUTO_INCREMENT_FLAG)
        case "session_id":
          let kind = MySQLColumns.kind(field)
          guard kind == .bytes || kind == .text else { throw MySQLColumns.wrong("session_id", "VARBINARY(255)") }
          keysAreBytes = kind == .bytes
          // The length is told in bytes of the connection's utf8mb4, four a character.
          largestKey = Int(field.length) / (keysAreBytes ? 1 : 4)
          isUnique = MySQLColumns.has(field, UNIQUE_KEY_FLAG)
          keyIsPrimary = MySQLColumns.has(field, PRI_KEY_FLAG)
          findsKeys = isIndexed
          found += 1
        case "data":
          guard MySQLColumns.kind(field) == .bytes else { throw MySQLColumns.wrong("data", "MEDIUMBLOB") }
          largestRecord = Int(field.length)
          found += 1
        case "expiry":
          guard MySQLColumns.kind(field) == .time else { throw MySQLColumns.wrong("expiry", "DATETIME") }
          findsExpiry = isIndexed
          found += 1
        default: break
        }
      }
      guard found == 3 else {
        throw Failure(
          .config, "The table of SESSION_SQLALCHEMY_TABLE lacks one of the columns session_id, data and expiry")
      }
      hasNumbers = hasNumbers && primaryColumns == 1
      isUnique = isUnique || keyIsPrimary && primaryColumns == 1
    }

    /// ARGUMENT for an id that the column would not hold as it is.
    func check(_ key: Text) throws(Failure) {
      if keysAreBytes {
        guard key.count > largestKey else { return }
      } else {
        // What is beyond the basic plane not every column of text can hold.
        let characters = key.bytes.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
        guard characters > largestKey || !isUTF8(key.bytes) || key.bytes.contains(where: { $0 >= 0xF0 }) else { return }
      }
      throw Failure(.argument, "The column session_id does not hold such a key; VARBINARY(255) holds any")
    }

    private static func wrong(_ column: StaticString, _ type: StaticString) -> Failure {
      Failure(
        .config, "The column \(column) of the session table is of a type that sessions cannot use: make it \(type)")
    }

    private static func kind(_ field: MYSQL_FIELD) -> Kind {
      switch field.type {
      case MYSQL_TYPE_DATETIME: .time
      case MYSQL_TYPE_TINY, MYSQL_TYPE_SHORT, MYSQL_TYPE_INT24, MYSQL_TYPE_LONG, MYSQL_TYPE_LONGLONG: .number
      case MYSQL_TYPE_STRING, MYSQL_TYPE_VAR_STRING, MYSQL_TYPE_VARCHAR, MYSQL_TYPE_BLOB, MYSQL_TYPE_TINY_BLOB,
        MYSQL_TYPE_MEDIUM_BLOB, MYSQL_TYPE_LONG_BLOB:
        // The number of the charset `binary`.
        field.charsetnr == 63 ? .bytes : .text
      default: .other
      }
    }

    private static func has(_ field: MYSQL_FIELD, _ flags: Int32) -> Bool {
      field.flags & UInt32(bitPattern: flags) != 0
    }

    /// In lower case: names of columns are compared without.
    private static func name(_ name: UnsafePointer<CChar>) -> Text {
      Text(String(cString: name).utf8.map { 0x41...0x5A ~= $0 ? $0 + 0x20 : $0 })
    }
  }
#endif
