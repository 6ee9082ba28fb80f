// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  internal import CPostgreSQL
  internal import CSupport
  internal import Settings
  internal import Stores
  internal import Support

  /// A connection that is logged in, and what it knows of the table. libpq never waits here: poll does, with a deadline.
  final class PostgreSQLConnection: PooledConnection {
    private let api: UnsafePointer<cpostgresql_api>
    private let connection: OpaquePointer
    let table: PostgreSQLTable
    let failure: PostgreSQLFailure
    var facts: PostgreSQLTableFacts {
      didSet { texts = PostgreSQLConnection.noTexts }
    }
    /// As C strings, made when they are needed.
    private var texts: [[CChar]]
    /// The most bytes that may come for one answer after its first ones.
    private let largestAnswer: UInt64
    private var isClosed = false
    private(set) var isReusable = true

    /// A whole statement that writes went out, and nothing says what became of it.
    private(set) var isInDoubt = false
    /// The connection or its table is not there any more, which another connection may find well.
    private(set) var isLost = false
    /// The server refused because of what others did at the same time.
    private(set) var isBeaten = false
    /// The table is not what it was found to be.
    private(set) var isTableDoubtful = false

    static func open(
      _ options: PostgreSQLOptions, _ table: PostgreSQLTable, _ deadline: Deadline
    ) throws(Failure) -> PostgreSQLConnection {
      guard let api = cpostgresql_open() else {
        let problem = String(cString: cpostgresql_problem())
        throw Failure(
          .unavailable, "libpq cannot be opened: install the Debian package libpq5, version 14 or later (\(problem))")
      }
      let limit = Deadline.after(milliseconds: min(options.common.connectTimeout, deadline.remaining))
      let opened = try PostgreSQLConnecting(api, options).connect(limit)
      let connection = PostgreSQLConnection(api, opened, options, table)
      do throws(Failure) {
        try connection.findTable(deadline)
      } catch {
        connection.close()
        throw error
      }
      return connection
    }

    private init(
      _ api: UnsafePointer<cpostgresql_api>, _ connection: OpaquePointer, _ options: PostgreSQLOptions,
      _ table: PostgreSQLTable
    ) {
      self.api = api
      self.connection = connection
      self.table = table
      failure = PostgreSQLFailure(setting: options.common.setting.text)
      facts = .unknown
      texts = PostgreSQLConnection.noTexts
      largestAnswer = UInt64(max(options.common.largestRecord, 0)) + (64 << 10)
    }

    deinit { close() }

    // MARK: Statements

    /// Sends one statement and waits for its answer; an error of the server is thrown.
    ///
    /// - Parameter writes: whether its outcome matters, should no answer come.
    func run(
      _ statement: PostgreSQLStatement, _ parameters: PostgreSQLParameters, writes: Bool = false, _ deadline: Deadline
    ) throws(Failure) -> PostgreSQLAnswer {
      try exchange(writes: writes, deadline) { () throws(Failure) in
        guard parameters.send(self.text(statement), self.api, self.connection) else { throw self.broken() }
        try self.flush(writes: writes, deadline)
        guard let answer = try self.answers(deadline).last else { throw self.failure.unexpected }
        return answer
      }
    }

    /// Sends statements together, in one round trip: all of them come to pass, or none.
    func run(
      together statements: [(PostgreSQLStatement, PostgreSQLParameters)], writes: Bool = false, _ deadline: Deadline
    ) throws(Failure) -> [PostgreSQLAnswer] {
      try together(statements.map { (text($0.0), $0.1) }, writes: writes, deadline)
    }

    func run(once texts: [String], _ deadline: Deadline) throws(Failure) -> [PostgreSQLAnswer] {
      try together(texts.map { (cString($0), PostgreSQLParameters([])) }, writes: false, deadline)
    }

    private func together(
      _ statements: [([CChar], PostgreSQLParameters)], writes: Bool, _ deadline: Deadline
    ) throws(Failure) -> [PostgreSQLAnswer] {
      try exchange(writes: writes, deadline) { () throws(Failure) in
        guard self.api.pointee.PQenterPipelineMode(self.connection) == 1 else { throw self.broken() }
        for (text, parameters) in statements {
          guard parameters.send(text, self.api, self.connection) else { throw self.broken() }
        }
        guard self.api.pointee.PQpipelineSync(self.connection) == 1 else { throw self.broken() }
        try self.flush(writes: writes, deadline)
        return try self.answers(ofPipeline: statements.count, deadline)
      }
    }

    private func exchange<Result>(
      writes: Bool, _ deadline: Deadline, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
      (isBeaten, isTableDoubtful) = (false, false)
      do throws(Failure) {
        let result = try body()
        isInDoubt = false
        if api.pointee.PQtransactionStatus(connection) != PQTRANS_IDLE { isReusable = false }
        return result
      } catch {
        // An answer that was an error leaves a connection as good as any.
        if isInDoubt || api.pointee.PQtransactionStatus(connection) != PQTRANS_IDLE { isReusable = false }
        throw error
      }
    }

    private func text(_ statement: PostgreSQLStatement) -> [CChar] {
      if texts[statement.rawValue].isEmpty { texts[statement.rawValue] = cString(statement.text(table, facts)) }
      return texts[statement.rawValue]
    }

    private static var noTexts: [[CChar]] { Array(repeating: [], count: PostgreSQLStatement.allCases.count) }

    private func cString(_ text: String) -> [CChar] { text.utf8.map { CChar(bitPattern: $0) } + [0] }

    /// Ends the transaction that an error left open.
    func leaveTransaction(_ deadline: Deadline) throws(Failure) {
      guard api.pointee.PQtransactionStatus(connection) == PQTRANS_INERROR else { return }
      _ = try run(once: ["ROLLBACK"], deadline)
    }

    // MARK: Bytes

    private func flush(writes: Bool, _ deadline: Deadline) throws(Failure) {
      while true {
        switch api.pointee.PQflush(connection) {
        case 0:
          if writes { isInDoubt = true }
          return
        case 1:
          try wait(CSUPPORT_READABLE | CSUPPORT_WRITABLE, deadline)
          guard api.pointee.PQconsumeInput(connection) == 1 else { throw broken() }
        default: throw broken()
        }
      }
    }

    /// The answers until there are no more; the first error is thrown when all have come.
    private func answers(_ deadline: Deadline) throws(Failure) -> [PostgreSQLAnswer] {
      var answers: [PostgreSQLAnswer] = []
      var problem: Failure?
      while let result = try next(problem, deadline) {
        defer { api.pointee.PQclear(result) }
        switch api.pointee.PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
          guard answers.isEmpty else { throw unexpected() }
          answers.append(PostgreSQLAnswer(api, result, atMost: table.largestRecord))
        case PGRES_FATAL_ERROR: problem = problem ?? self.error(result)
        default: throw unexpected()
        }
      }
      if let problem { throw problem }
      return answers
    }

    private func answers(ofPipeline count: Int, _ deadline: Deadline) throws(Failure) -> [PostgreSQLAnswer] {
      var answers: [PostgreSQLAnswer] = []
      var problem: Failure?
      // A nil stands after each statement's answers.
      for _ in 0..<4 * (count + 1) {
        guard let result = try next(problem, deadline) else { continue }
        defer { api.pointee.PQclear(result) }
        switch api.pointee.PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
          answers.append(PostgreSQLAnswer(api, result, atMost: table.largestRecord))
        case PGRES_FATAL_ERROR: problem = problem ?? self.error(result)
        case PGRES_PIPELINE_ABORTED: continue
        case PGRES_PIPELINE_SYNC:
          guard api.pointee.PQexitPipelineMode(connection) == 1 else { throw problem ?? unexpected() }
          if let problem { throw problem }
          guard answers.count == count else { throw unexpected() }
          return answers
        default: throw unexpected()
        }
      }
      throw unexpected()
    }

    /// - Parameter problem: what was answered before; it says more than that nothing follows.
    private func next(
      _ problem: Failure?, _ deadline: Deadline
    ) throws(Failure) -> OpaquePointer? {
      do throws(Failure) {
        return try next(deadline)
      } catch {
        throw problem ?? error
      }
    }

    private func next(_ deadline: Deadline) throws(Failure) -> OpaquePointer? {
      var before: UInt64?
      while api.pointee.PQisBusy(connection) != 0 {
        try wait(CSUPPORT_READABLE, deadline)
        guard api.pointee.PQconsumeInput(connection) == 1 else { throw broken() }
        // libpq keeps all that comes. Most answers are there at once, and then nobody counts.
        guard api.pointee.PQisBusy(connection) != 0 else { break }
        let received = csupport_bytes_received(api.pointee.PQsocket(connection))
        guard received &- (before ?? received) <= largestAnswer else {
          isReusable = false
          throw Failure(.tooLarge, "PostgreSQL answered with more than a session may have")
        }
        before = before ?? received
      }
      return api.pointee.PQgetResult(connection)
    }

    private func wait<Events: BinaryInteger>(_ events: Events, _ deadline: Deadline) throws(Failure) {
      let error = csupport_wait(
        api.pointee.PQsocket(connection), Int32(truncatingIfNeeded: events), deadline.milliseconds)
      if error == 0 { return }
      isReusable = false
      if error == ETIME {
        throw Failure(.timeout, "PostgreSQL did not answer until the time for the call was over", native: error)
      }
      isLost = true
      throw failure.lost
    }

    // MARK: Failures

    private func broken() -> Failure {
      isReusable = false
      isLost = true
      return failure.lost
    }

    /// For a record that comes out of a column of another type.
    func altered() -> Failure {
      isTableDoubtful = true
      return Failure(.backend, "The column data of the session table is not of type BYTEA any more")
    }

    private func unexpected() -> Failure {
      isReusable = false
      return failure.unexpected
    }

    /// What an error says, which is an answer: what it answers was not done, but where the connection itself failed.
    private func error(_ result: OpaquePointer) -> Failure {
      let state = field(result, CPOSTGRESQL_SQLSTATE)
      guard state.count == 5 else { return broken() }
      let names = [CPOSTGRESQL_COLUMN, CPOSTGRESQL_DATATYPE, CPOSTGRESQL_CONSTRAINT].map { field(result, $0) }
      let made = failure.make(state, field(result, CPOSTGRESQL_MESSAGE), name: names.first { !$0.isEmpty })
      let kind = state.prefix(2)
      let isConnection = kind == [0x30, 0x38]
      if !isConnection, state != Array("40003".utf8) { isInDoubt = false }
      // 57P: the server ends, and says so as its last word. 42P01: the next connection makes the table.
      let isEnd = state.starts(with: [0x35, 0x37, 0x50])
      if isConnection || isEnd || state == Array("42P01".utf8) {
        isReusable = false
        isLost = true
      }
      isTableDoubtful = PostgreSQLFailure.isOfTheTable(state)
      isBeaten = state == Array("40001".utf8) || state == Array("40P01".utf8)
      return made
    }

    private func field<Code: BinaryInteger>(_ result: OpaquePointer, _ code: Code) -> [UInt8] {
      guard let text = api.pointee.PQresultErrorField(result, Int32(truncatingIfNeeded: code)) else { return [] }
      return Array(String(cString: text).utf8)
    }

    // MARK: The pool

    /// What has come without a question is read: it may be the server's last word, or only a new setting of its.
    func isAlive() -> Bool {
      for _ in 0..<4 {
        guard api.pointee.PQstatus(connection) == CONNECTION_OK else { return false }
        if csupport_is_quiet(api.pointee.PQsocket(connection)) != 0 { return true }
        guard api.pointee.PQconsumeInput(connection) == 1 else { return false }
        _ = api.pointee.PQisBusy(connection)
      }
      return false
    }

    func close() {
      if isClosed { return }
      isClosed = true
      isReusable = false
      api.pointee.PQfinish(connection)
    }

    /// The descriptor alone: libpq would say goodbye to the server, and another thread of the parent may have been in the
    /// middle of what it keeps. Its memory stays.
    func abandon() {
      if isClosed { return }
      isClosed = true
      isReusable = false
      csupport_close(api.pointee.PQsocket(connection))
    }
  }
#endif
