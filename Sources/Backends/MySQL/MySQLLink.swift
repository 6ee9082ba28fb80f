// SPDX-License-Identifier: Apache-2.0
#if MySQL
  internal import CMariaDB
  internal import Stores
  internal import Support

  /// A connection of libmariadb's, and what is asked on it once: no statement is prepared for that.
  struct MySQLLink {
    let api: UnsafePointer<cmariadb_api>
    let mysql: UnsafeMutablePointer<MYSQL>

    init(_ api: UnsafePointer<cmariadb_api>, _ mysql: UnsafeMutablePointer<MYSQL>) {
      (self.api, self.mysql) = (api, mysql)
    }

    /// Whether the answer to the last command says that each statement is a transaction of its own.
    var commitsItself: Bool { mysql.pointee.server_status & UInt32(SERVER_STATUS_AUTOCOMMIT) != 0 }

    var error: UInt32 { api.pointee.mysql_errno(mysql) }

    func run(_ text: Message, _ deadline: Deadline) throws(Failure) {
      _ = try ask(text, deadline) { (_) throws(Failure) in 0 }
    }

    /// The first column of the first row.
    func number(_ text: Message, _ deadline: Deadline) throws(Failure) -> Int64 {
      guard let number = try numbers(text, atMost: 1, deadline).first else { throw MySQLFailure.unexpected }
      return number
    }

    /// The first column of each row.
    func numbers(_ text: Message, atMost most: Int, _ deadline: Deadline) throws(Failure) -> [Int64] {
      try ask(text, deadline) { (result) throws(Failure) in
        var numbers: [Int64] = []
        guard let result, api.pointee.mysql_num_fields(result) == 1 else { throw MySQLFailure.unexpected }
        while let row = api.pointee.mysql_fetch_row(result) {
          guard numbers.count < most, let lengths = api.pointee.mysql_fetch_lengths(result), let start = row[0],
            let number = MySQLLink.number(UnsafeBufferPointer(start: start, count: Int(min(lengths[0], 20))))
          else { throw MySQLFailure.unexpected }
          numbers.append(number)
        }
        return numbers
      }
    }

    private static func number(_ characters: UnsafeBufferPointer<CChar>) -> Int64? {
      let isNegative = characters.first == 0x2D
      var number: Int64 = 0
      for character in characters.dropFirst(isNegative ? 1 : 0) {
        guard 0x30...0x39 ~= character else { return nil }
        let (tens, isTooLarge) = number.multipliedReportingOverflow(by: 10)
        let (sum, isTooLargeToo) = tens.addingReportingOverflow(Int64(character & 15))
        guard !isTooLarge, !isTooLargeToo else { return nil }
        number = sum
      }
      return isNegative ? -number : number
    }

    /// Makes a table or an index, unless another process was faster. CONFIG with the statement where the user may not.
    func make(_ text: Message, _ deadline: Deadline) throws(Failure) {
      do throws(Failure) {
        try run(text, deadline)
      } catch {
        switch error.native {
        case 1050, 1061: return
        case 1044, 1142, 1227:
          throw Failure(
            .config, "The database's user may not do this: \(text.text)", native: error.native)
        default: throw error
        }
      }
    }

    /// What the table is like.
    func columns(_ table: MySQLTable, _ deadline: Deadline) throws(Failure) -> MySQLColumns {
      try ask(table.describing, deadline) { (result) throws(Failure) in
        guard let result else { throw MySQLFailure.unexpected }
        return try MySQLColumns(api, result)
      }
    }

    private func ask<Answer>(
      _ text: Message, _ deadline: Deadline, _ body: (UnsafeMutablePointer<MYSQL_RES>?) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
      let text = MySQLLink.characters(Text(text.text))
      let sent = text.withUnsafeBufferPointer {
        // Without the NUL at its end.
        cmariadb_query(mysql, $0.baseAddress, $0.count - 1, deadline.milliseconds)
      }
      try check(sent)
      var result: UnsafeMutablePointer<MYSQL_RES>?
      try check(cmariadb_store_result(mysql, &result, deadline.milliseconds))
      defer { if let result { api.pointee.mysql_free_result(result) } }
      if result == nil, error != 0 { throw failure }
      return try body(result)
    }

    /// With a NUL at the end.
    static func characters(_ text: Text) -> [CChar] {
      text.bytes.map { CChar(bitPattern: $0) } + [0]
    }

    private func check(_ result: Int32) throws(Failure) {
      if result == CMARIADB_TIMEOUT { throw MySQLFailure.late }
      if result != 0 { throw failure }
    }

    var failure: Failure {
      MySQLFailure.make(error, api.pointee.mysql_error(mysql).map { String(cString: $0) } ?? "")
    }
  }
#endif
