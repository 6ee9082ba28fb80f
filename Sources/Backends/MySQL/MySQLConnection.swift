// SPDX-License-Identifier: Apache-2.0
#if MySQL
  internal import CMariaDB
  internal import CSupport
  internal import Stores
  internal import Support

  /// A connection that is logged in, its table, and the statements that were prepared on it.
  final class MySQLConnection: DoubtfulConnection {
    typealias Prepared = UnsafeMutablePointer<MYSQL_STMT>

    let columns: MySQLColumns
    private let api: UnsafePointer<cmariadb_api>
    private let table: MySQLTable
    private let largestAnswer: Int
    /// Nil once it is closed.
    private var mysql: UnsafeMutablePointer<MYSQL>?
    private let descriptor: Int32
    private var prepared: [Prepared?]
    /// Of one row: a record, and a number behind it.
    private let row: MySQLRow
    /// What the server takes at once; nil until it was asked.
    private var largestPacket: Int?
    private(set) var isReusable = true
    /// Also where what was prepared on it is of no use any more.
    private(set) var isLost = false
    /// False where the server turned out to know no SKIP LOCKED.
    private var skipsLocked = true
    private(set) var isInDoubt = false

    init(
      _ link: MySQLLink, _ columns: MySQLColumns, _ table: MySQLTable, largestAnswer: Int
    ) {
      api = link.api
      mysql = link.mysql
      descriptor = link.api.pointee.mysql_get_socket(link.mysql)
      self.columns = columns
      self.table = table
      self.largestAnswer = largestAnswer
      prepared = Array(repeating: nil, count: MySQLStatement.allCases.count)
      row = MySQLRow()
    }

    deinit {
      close()
    }

    // MARK: Statements

    /// Runs a statement that writes: the number of rows that it was about, changed or not. 0 too where there is such a
    /// row already.
    ///
    /// Each is a transaction of its own. One that was undone because others wanted the same rows is tried again.
    func change(
      _ statement: MySQLStatement, _ arguments: MySQLArguments, _ deadline: Deadline
    ) throws(Failure) -> Int {
      try check(size: arguments.size, deadline)
      let prepared = try prepare(statement, deadline)
      guard try execute(prepared, arguments, writes: true, deadline) else { return 0 }
      let rows = api.pointee.mysql_stmt_affected_rows(prepared)
      return Int(truncatingIfNeeded: min(rows, UInt64(Int32.max)))
    }

    /// Runs a statement that reads: the record of its one row, and the number behind it if there is one.
    func record(
      _ statement: MySQLStatement, _ arguments: MySQLArguments, _ deadline: Deadline
    ) throws(Failure) -> StoredRecord? {
      let prepared = try prepare(statement, deadline)
      guard try execute(prepared, arguments, writes: false, deadline), try fetch(prepared, deadline) else { return nil }
      let size = row.size
      guard size <= largestAnswer else {
        isReusable = false
        throw Failure(
          .tooLarge, "The database holds a session of \(size) bytes, more than the store takes (\(largestAnswer))")
      }
      guard let bytes = row.bytes(size, { api.pointee.mysql_stmt_fetch_column(prepared, $0, 0, 0) == 0 }) else {
        throw broken(MySQLFailure.unexpected)
      }
      let remaining = row.number
      // Were there more, the next answer would be that to this question.
      guard try !fetch(prepared, deadline) else { throw broken(MySQLFailure.unexpected) }
      return StoredRecord(bytes, remaining: remaining)
    }

    /// Runs a statement that reads: the first column of each of its rows.
    func texts(
      _ statement: MySQLStatement, _ arguments: MySQLArguments, atMost most: Int, _ deadline: Deadline
    ) throws(Failure) -> [Text] {
      let prepared = try prepare(statement, deadline)
      guard try execute(prepared, arguments, writes: false, deadline) else { return [] }
      var texts: [Text] = []
      while try fetch(prepared, deadline) {
        let size = row.size
        guard texts.count < most, size <= largestAnswer,
          let bytes = row.bytes(size, { api.pointee.mysql_stmt_fetch_column(prepared, $0, 0, 0) == 0 })
        else { throw broken(MySQLFailure.unexpected) }
        texts.append(Text(bytes))
      }
      return texts
    }

    private func prepare(_ statement: MySQLStatement, _ deadline: Deadline) throws(Failure) -> Prepared {
      if let made = prepared[statement.rawValue] { return made }
      guard let mysql, let made = api.pointee.mysql_stmt_init(mysql) else {
        throw broken(Failure(.backend, "libmariadb is out of memory"))
      }
      // Kept also where it fails: the connection is closed before its statements are.
      prepared[statement.rawValue] = made
      let text = MySQLLink.characters(Text(statement.text(table.quoted, columns).text))
      let result = text.withUnsafeBufferPointer {
        cmariadb_prepare(mysql, made, $0.baseAddress, $0.count - 1, deadline.milliseconds)
      }
      guard result == 0 else { throw failure(result, made) }
      if api.pointee.mysql_stmt_field_count(made) > 0 {
        guard row.count(api.pointee.mysql_stmt_field_count(made)),
          api.pointee.mysql_stmt_bind_result(made, row.binds) == 0
        else { throw broken(MySQLFailure.unexpected) }
      }
      return made
    }

    /// False where there is such a row already.
    private func execute(
      _ statement: Prepared, _ arguments: MySQLArguments, writes: Bool, _ deadline: Deadline
    ) throws(Failure) -> Bool {
      guard let mysql, Int(api.pointee.mysql_stmt_param_count(statement)) == arguments.count else {
        throw broken(MySQLFailure.unexpected)
      }
      var tries = 0
      while true {
        let result = arguments.withBinds { (binds) -> Int32 in
          guard api.pointee.mysql_stmt_bind_param(statement, binds) == 0 else { return 1 }
          return cmariadb_execute(mysql, statement, deadline.milliseconds)
        }
        if result == 0 { return true }
        let error = error(of: statement)
        if result != CMARIADB_TIMEOUT, error == MySQLFailure.duplicate, !columns.needsNumber { return false }
        // Two that count up from the last `id` come to the same one.
        let isContention = MySQLFailure.isContention(error) || error == MySQLFailure.duplicate
        guard result != CMARIADB_TIMEOUT, isContention, !deadline.hasPassed else {
          // What could not be sent as a whole was not done; all other losses may have come after it was.
          if writes {
            isInDoubt =
              result == CMARIADB_TIMEOUT || MySQLFailure.isNoAnswer(error)
              || MySQLFailure.isLoss(error) && error != MySQLFailure.unsent
          }
          throw failure(result, statement)
        }
        pause(tries, deadline)
        tries += 1
      }
    }

    /// A random wait that grows, so that those who met do not meet again.
    private func pause(_ tries: Int, _ deadline: Deadline) {
      var random: UInt16 = 0
      _ = csupport_random(&random, MemoryLayout<UInt16>.size)
      let longest = Int64(1) << min(tries, 5)
      csupport_sleep(min(Int64(random) % (longest + 1), deadline.remaining))
    }

    /// Whether there is another row.
    private func fetch(_ statement: Prepared, _ deadline: Deadline) throws(Failure) -> Bool {
      let result = cmariadb_fetch(mysql, statement, deadline.milliseconds)
      switch result {
      case 0, MYSQL_DATA_TRUNCATED: return true
      case MYSQL_NO_DATA: return false
      case CMARIADB_TIMEOUT, 1: throw failure(result, statement)
      default: throw broken(MySQLFailure.unexpected)
      }
    }

    /// TOO_LARGE for a record that would be cut, or that could not be sent beside the one that takes its place.
    func check(_ record: [UInt8], _ deadline: Deadline) throws(Failure) {
      guard record.count <= columns.largestRecord else {
        // The next connection finds it wider where somebody has done that.
        isReusable = false
        throw Failure(
          .tooLarge,
          "A session of \(record.count) bytes does not fit into the column data, which takes \(columns.largestRecord): ALTER "
            + "TABLE \(table.quoted) MODIFY data MEDIUMBLOB")
      }
      try check(size: 2 * record.count, deadline)
    }

    /// The server's limit is asked for when something larger than most goes out: beyond it the server hangs up.
    private func check(size: Int, _ deadline: Deadline) throws(Failure) {
      guard size > 32 << 10 else { return }
      if largestPacket == nil {
        largestPacket = try ask { (link) throws(Failure) in
          Int(try link.number("SELECT @@max_allowed_packet", deadline))
        }
      }
      guard let largestPacket, size > largestPacket - 1024 else { return }
      throw Failure(
        .tooLarge, "The session is larger than the server takes at once (max_allowed_packet is \(largestPacket) bytes)")
    }

    // MARK: Questions

    /// Whether the table is there and is one of sessions.
    func ping(_ deadline: Deadline) throws(Failure) {
      _ = try ask { (link) throws(Failure) in try link.columns(table, deadline) }
    }

    /// Makes the indexes that are missing: a table that was made by hand may have none.
    func makeIndexes(_ deadline: Deadline) throws(Failure) {
      if !columns.findsKeys { try make(table.makingIndex("session_id"), deadline) }
      if !columns.findsExpiry { try make(table.makingIndex("expiry"), deadline) }
    }

    /// Removes dead rows that nobody has locked: how many. Nil where that cannot be told here.
    func sweep(_ batch: Int, now: Int64, _ deadline: Deadline) throws(Failure) -> Int? {
      guard skipsLocked, columns.hasNumbers else { return nil }
      let removed = try ask { (link) throws(Failure) in
        try link.sweep(table.quoted, batch, now: now, deadline)
      }
      if removed == nil { skipsLocked = false }
      return removed
    }

    private func make(_ text: Message, _ deadline: Deadline) throws(Failure) {
      try ask { (link) throws(Failure) in try link.make(text, deadline) }
    }

    private func ask<Answer>(_ body: (MySQLLink) throws(Failure) -> Answer) throws(Failure) -> Answer {
      guard let mysql else { throw MySQLFailure.unexpected }
      let link = MySQLLink(api, mysql)
      do throws(Failure) {
        return try body(link)
      } catch {
        // What was undone for others is tried again on another connection, too.
        isLost = MySQLFailure.isLoss(link.error) || MySQLFailure.isContention(link.error)
        throw broken(error)
      }
    }

    private func failure(_ result: Int32, _ statement: Prepared) -> Failure {
      if result == CMARIADB_TIMEOUT { return broken(MySQLFailure.late) }
      let error = error(of: statement)
      let reason = api.pointee.mysql_stmt_error(statement).map { String(cString: $0) } ?? ""
      let failure = MySQLFailure.make(error, reason)
      isLost = MySQLFailure.isLoss(error) || MySQLFailure.isStale(failure)
      return MySQLFailure.leavesConnection(error) ? failure : broken(failure)
    }

    /// libmariadb has no number where an answer ended within a description of columns.
    private func error(of statement: Prepared) -> UInt32 {
      let error = api.pointee.mysql_stmt_errno(statement)
      return error == 0 ? MySQLFailure.lost : error
    }

    private func broken(_ failure: Failure) -> Failure {
      isReusable = false
      return failure
    }

    // MARK: The pool

    func isAlive() -> Bool { csupport_is_quiet(descriptor) != 0 }

    func close() {
      guard let mysql else { return }
      self.mysql = nil
      if !isReusable { cmariadb_shut_down(descriptor) }
      isReusable = false
      // First the connection: the statements then have nothing to say to the server.
      cmariadb_close(mysql)
      for case let statement? in prepared { _ = api.pointee.mysql_stmt_close(statement) }
    }

    /// Another thread may have been within the library when the process forked: what it left is not touched, only its
    /// socket. The pool then frees what was idle, and what was not stays as it is.
    func abandon() {
      isReusable = false
      if cmariadb_detach(descriptor) == 0 { mysql = nil }
    }
  }
#endif
