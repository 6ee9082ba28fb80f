// SPDX-License-Identifier: Apache-2.0
#if SQLite
  internal import CSQLite
  internal import CSupport
  internal import Stores
  internal import Support

  /// An open database: its prepared statements, and the deadline that its handlers look at.
  final class SQLiteConnection: PooledConnection {
    typealias Prepared = OpaquePointer

    private let api: UnsafePointer<csqlite_api>
    private let database: OpaquePointer
    private let table: SQLiteTable
    private var prepared: [Prepared?]
    private let deadline: UnsafeMutablePointer<csqlite_deadline>
    /// Now and the new expiry, as text that statements are bound to.
    private let times: UnsafeMutablePointer<UInt8>
    /// When to look whether the file is still there, by the monotonic clock.
    private var nextLook: Int64 = 0
    private let fileCheckInterval: Int64
    private var isClosed = false
    private(set) var isReusable = true

    // An initializer that throws would leak its object: Embedded Swift does not free one that is half made.
    static func open(
      _ options: SQLiteOptions, _ table: SQLiteTable, _ deadline: Deadline
    ) throws(Failure) -> SQLiteConnection {
      guard let api = csqlite_open() else {
        let problem = String(cString: csqlite_problem())
        throw Failure(
          .unavailable, "libsqlite3 cannot be opened: install the Debian package libsqlite3-0 (\(problem))")
      }
      let database = try database(api, options.path)
      let connection = SQLiteConnection(api, database, options, table, deadline)
      try connection.setUp(deadline)
      return connection
    }

    private init(
      _ api: UnsafePointer<csqlite_api>, _ database: OpaquePointer, _ options: SQLiteOptions, _ table: SQLiteTable,
      _ deadline: Deadline
    ) {
      self.api = api
      self.database = database
      self.table = table
      fileCheckInterval = options.fileCheckInterval
      prepared = Array(repeating: nil, count: SQLiteStatement.allCases.count)
      self.deadline = .allocate(capacity: 1)
      self.deadline.initialize(to: csqlite_deadline(milliseconds: deadline.milliseconds, interrupts: 0))
      times = .allocate(capacity: 2 * NaiveTime.count)
      times.initialize(repeating: 0, count: 2 * NaiveTime.count)
    }

    deinit {
      close()
      deadline.deallocate()
      times.deallocate()
    }

    private static func database(
      _ api: UnsafePointer<csqlite_api>, _ path: Text
    ) throws(Failure) -> OpaquePointer {
      guard api.pointee.threadsafe() != 0 else {
        throw Failure(.unavailable, "This libsqlite3 was built without threads")
      }
      var database: OpaquePointer?
      var system: Int32 = 0
      let path = path.bytes.map { CChar(bitPattern: $0) } + [0]
      let result = path.withUnsafeBufferPointer { path -> Int32 in
        // SQLite would make a file that others may read. What fails here fails again in open_v2.
        system = csupport_create_file(path.baseAddress)
        return api.pointee.open_v2(
          path.baseAddress, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nil)
      }
      guard let database else { throw Failure(.backend, "SQLite is out of memory", native: SQLITE_NOMEM) }
      guard result == SQLITE_OK else {
        let failure = SQLiteFailure.make(api, database, "open the database", system: system)
        _ = api.pointee.close_v2(database)
        throw failure
      }
      return database
    }

    private func setUp(_ deadline: Deadline) throws(Failure) {
      _ = api.pointee.extended_result_codes(database, 1)
      _ = api.pointee.busy_handler(database, csqlite_busy, self.deadline)
      api.pointee.progress_handler(database, 1000, csqlite_progress, self.deadline)
      try useWAL(deadline)
      // With WAL a commit outlives the process but not a power cut, which may take the last ones with it; the database
      // is whole in either case.
      _ = try run("PRAGMA synchronous = NORMAL")
      try makeTable()
    }

    /// SQLite does not always ask the busy handler here. A file system that has no WAL keeps its journal.
    private func useWAL(_ deadline: Deadline) throws(Failure) {
      var tries: Int32 = 0
      while true {
        do throws(Failure) {
          _ = try run("PRAGMA journal_mode = WAL")
          return
        } catch {
          guard error.status == .timeout, csqlite_busy(self.deadline, tries) != 0 else { throw error }
          tries += 1
        }
      }
    }

    /// Makes what is missing of the table and its indexes.
    func makeTable() throws(Failure) {
      for text in table.making { _ = try run(text.text) }
      if try !run(table.findingIndex.text) { _ = try run(table.makingIndex.text) }
    }

    /// The deadline of the call that begins.
    ///
    /// - Parameter interrupts: whether a statement ends with the deadline. Else only waiting for a lock does, so that
    ///   nothing is reported as failed that was committed.
    func begin(_ call: Call, interrupts: Bool) {
      deadline.pointee.milliseconds = call.deadline.milliseconds
      deadline.pointee.interrupts = interrupts ? 1 : 0
    }

    // MARK: Statements

    func statement(_ statement: SQLiteStatement) throws(Failure) -> Prepared {
      if let prepared = prepared[statement.rawValue] { return prepared }
      let made = try prepare(statement.text(table.quoted).text, UInt32(SQLITE_PREPARE_PERSISTENT))
      prepared[statement.rawValue] = made
      return made
    }

    /// What is bound is not copied: it has to stay where it is until the statement is done.
    func bind(_ statement: Prepared, _ place: Int32, text: UnsafeBufferPointer<UInt8>) {
      text.withMemoryRebound(to: CChar.self) {
        _ = api.pointee.bind_text(statement, place, $0.baseAddress, Int32(truncatingIfNeeded: $0.count), nil)
      }
    }

    func bind(_ statement: Prepared, _ place: Int32, blob: UnsafeBufferPointer<UInt8>) {
      // A null pointer would be NULL and not an empty blob.
      let start = blob.baseAddress ?? UnsafePointer(times)
      _ = api.pointee.bind_blob(statement, place, start, Int32(truncatingIfNeeded: blob.count), nil)
    }

    func bind(_ statement: Prepared, _ place: Int32, number: Int) {
      _ = api.pointee.bind_int64(statement, place, sqlite3_int64(number))
    }

    /// Binds `?2`.
    func bind(_ statement: Prepared, now seconds: Int64) {
      NaiveTime.write(seconds, to: times)
      bind(statement, 2, text: UnsafeBufferPointer(start: times, count: NaiveTime.count))
    }

    /// Binds `?3`.
    func bind(_ statement: Prepared, expiry seconds: Int64) {
      NaiveTime.write(seconds, to: times + NaiveTime.count)
      bind(statement, 3, text: UnsafeBufferPointer(start: times + NaiveTime.count, count: NaiveTime.count))
    }

    /// The blob of the first row, if there is one, and the number behind it, if that is one.
    func blob(_ statement: Prepared, atMost limit: Int, number: inout Int64?) throws(Failure) -> [UInt8]? {
      defer { _ = api.pointee.reset(statement) }
      guard try step(statement) else { return nil }
      let start = api.pointee.column_blob(statement, 0)
      let count = Int(api.pointee.column_bytes(statement, 0))
      guard count <= limit else {
        throw Failure(.tooLarge, "A stored session of \(count) bytes is larger than the store takes (\(limit))")
      }
      if api.pointee.column_count(statement) > 1, api.pointee.column_type(statement, 1) != SQLITE_NULL {
        number = api.pointee.column_int64(statement, 1)
      }
      let bytes = start?.assumingMemoryBound(to: UInt8.self)
      return Array(UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : count))
    }

    /// The first column of each row.
    func texts(_ statement: Prepared) throws(Failure) -> [Text] {
      defer { _ = api.pointee.reset(statement) }
      var texts: [Text] = []
      while try step(statement) {
        let start = api.pointee.column_blob(statement, 0)?.assumingMemoryBound(to: UInt8.self)
        let count = start == nil ? 0 : Int(api.pointee.column_bytes(statement, 0))
        texts.append(Text(Array(UnsafeBufferPointer(start: start, count: count))))
      }
      return texts
    }

    /// Runs a statement to its end: the number of rows that it changed.
    @discardableResult
    func change(_ statement: Prepared) throws(Failure) -> Int {
      defer { _ = api.pointee.reset(statement) }
      while try step(statement) {}
      return Int(api.pointee.changes(database))
    }

    /// Several statements as one, holding the write lock from the start.
    func transaction<Result>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
      try change(statement(.begin))
      do throws(Failure) {
        let result = try body()
        try change(statement(.commit))
        return result
      } catch {
        // SQLite may have rolled back itself; what is left open after this is closed with the connection.
        if api.pointee.get_autocommit(database) == 0, let rollback = try? statement(.rollback) {
          _ = api.pointee.step(rollback)
          _ = api.pointee.reset(rollback)
        }
        throw error
      }
    }

    /// A statement that is needed once. Whether it gave a row.
    private func run(_ text: String) throws(Failure) -> Bool {
      let statement = try prepare(text, 0)
      defer { _ = api.pointee.finalize(statement) }
      return try step(statement)
    }

    private func prepare(_ text: String, _ flags: UInt32) throws(Failure) -> Prepared {
      let text = text.utf8.map { CChar(bitPattern: $0) }
      var prepared: Prepared?
      let result = text.withUnsafeBufferPointer {
        api.pointee.prepare_v3(database, $0.baseAddress, Int32($0.count), flags, &prepared, nil)
      }
      guard result == SQLITE_OK, let prepared else { throw failure("prepare a statement") }
      return prepared
    }

    private func step(_ statement: Prepared) throws(Failure) -> Bool {
      switch api.pointee.step(statement) {
      case SQLITE_ROW: return true
      case SQLITE_DONE: return false
      default: throw failure("run a statement")
      }
    }

    private func failure(_ what: String) -> Failure {
      let failure = SQLiteFailure.make(api, database, what)
      // What is busy or too large says nothing about the connection.
      if failure.status != .timeout && failure.status != .tooLarge { isReusable = false }
      return failure
    }

    // MARK: The pool

    /// False when the file was removed or another put in its place: what this connection writes nobody would read.
    func isAlive() -> Bool {
      // The question costs a tenth of a call.
      let now = csupport_monotonic_clock()
      guard now >= nextLook else { return true }
      nextLook = now + fileCheckInterval
      var moved: Int32 = 0
      guard api.pointee.file_control(database, nil, SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK else { return true }
      return moved == 0
    }

    func close() {
      if isClosed { return }
      isClosed = true
      isReusable = false
      for case let statement? in prepared { _ = api.pointee.finalize(statement) }
      _ = api.pointee.close_v2(database)
    }

    /// Never asked: the pool closes all before a fork.
    func abandon() {}
  }
#endif
