// SPDX-License-Identifier: Apache-2.0
#if MongoDB
  internal import CMongoDB
  internal import CSupport
  internal import Stores
  internal import Support

  /// A single-threaded client of libmongoc that has found the primary and is logged in there.
  ///
  /// One that failed to reach a server is not used again: it would not look for another for five seconds.
  final class MongoDBConnection: PooledConnection {
    private let client: OpaquePointer
    private let database: [CChar]
    private var isClosed = false
    private(set) var isReusable = true
    /// A command that writes went out, and nobody knows whether it was run.
    private(set) var isInDoubt = false
    /// The connection itself broke, or led to what is no primary any more: another one may do.
    private(set) var isLost = false
    /// Whether the server keeps two documents of one id apart from each other.
    private(set) var isUnique = false

    /// Reaches the primary, and makes the indexes that are missing.
    static func open(_ options: MongoDBOptions, _ deadline: Deadline) throws(Failure) -> MongoDBConnection {
      try openLibrary()
      let connecting = Deadline.after(milliseconds: min(options.connectTimeout, deadline.remaining))
      let connection = try connect(options, connecting)
      do throws(Failure) {
        connection.isUnique = try MongoDBIndexes.make(options.collection, connection, connecting)
      } catch {
        connection.close()
        throw error
      }
      return connection
    }

    /// Connects to nothing before its first command.
    static func connect(_ options: MongoDBOptions, _ deadline: Deadline) throws(Failure) -> MongoDBConnection {
      try openLibrary()
      // Hosts are connected to one after the other, then asked together; one that does not answer must not take all of it.
      let share = options.hosts.count == 1 ? deadline.remaining : deadline.remaining / Int64(options.hosts.count + 1)
      let address = options.address(connectTimeout: share).map { CChar(bitPattern: $0) } + [0]
      guard let client = address.withUnsafeBufferPointer({ cmongodb_client_new($0.baseAddress, share) }) else {
        throw Failure(
          .config, "libmongoc cannot use SESSION_MONGODB: a parameter contradicts another, or a host is wrong")
      }
      return MongoDBConnection(client, options)
    }

    private static func openLibrary() throws(Failure) {
      guard cmongodb_open() == 0 else {
        let problem = String(cString: cmongodb_problem())
        throw Failure(
          .unavailable, "libmongoc cannot be opened: install the Debian package libmongoc-1.0-0 (\(problem))")
      }
    }

    private init(_ client: OpaquePointer, _ options: MongoDBOptions) {
      self.client = client
      database = options.database.bytes.map { CChar(bitPattern: $0) } + [0]
    }

    deinit {
      cmongodb_client_free(client)
    }

    /// Runs a command; an error of the server is thrown.
    ///
    /// - Parameter writes: it changes something, once any byte of it has gone out.
    func run(_ command: BSON, writes: Bool = false, _ deadline: Deadline) throws(Failure) -> MongoDBReply {
      isInDoubt = false
      let reply = try answer(command, writes: writes, deadline)
      if let error = reply.error ?? reply.writeError {
        if MongoDBFailure.isNotPrimary(error.code) { (isReusable, isLost) = (false, true) }
        if MongoDBFailure.leavesInDoubt(error.code) { (isReusable, isLost, isInDoubt) = (false, true, writes) }
        throw MongoDBFailure.make(error)
      }
      if let error = reply.writeConcernError {
        isInDoubt = writes
        throw Failure(
          .unavailable, "MongoDB does not know whether a write lasts: too few members answer (\(error.name))",
          native: Int32(truncatingIfNeeded: error.code))
      }
      return reply
    }

    private func answer(_ command: BSON, writes: Bool, _ deadline: Deadline) throws(Failure) -> MongoDBReply {
      var result = cmongodb_result()
      command.bytes.withUnsafeBufferPointer { command in
        database.withUnsafeBufferPointer { database in
          cmongodb_command(
            client, database.baseAddress, command.baseAddress, command.count, deadline.milliseconds, &result)
        }
      }
      if Int(result.outcome) == CMONGODB_ANSWERED, let start = result.reply {
        return try MongoDBReply(Array(UnsafeBufferPointer(start: start, count: result.size)))
      }
      isReusable = false
      isInDoubt = writes && result.sent != 0
      throw failure(&result, deadline)
    }

    private func failure(_ result: inout cmongodb_result, _ deadline: Deadline) -> Failure {
      let said = withUnsafeBytes(of: &result.message) { message in
        String(decoding: message.prefix { $0 != 0 }.filter { 0x20...0x7E ~= $0 }, as: UTF8.self)
      }
      if Int(result.outcome) == CMONGODB_REFUSED {
        return Failure(.auth, "MongoDB refuses the user or the password of SESSION_MONGODB (\(said))")
      }
      if deadline.hasPassed {
        return Failure(.timeout, "MongoDB did not answer in the time for the call (\(said))")
      }
      if Int(result.outcome) == CMONGODB_STRANGE { return MongoDBFailure.unexpected }
      isLost = true
      if Int(result.outcome) == CMONGODB_NO_SERVER {
        return Failure(
          .unavailable, "MongoDB has no primary that can be reached at SESSION_MONGODB; see that it runs (\(said))")
      }
      return Failure(.unavailable, "The connection to MongoDB was lost (\(said))")
    }

    // MARK: The pool

    func isAlive() -> Bool { cmongodb_is_quiet(client) != 0 }

    /// The client goes with the object.
    func close() {
      isReusable = false
      abandon()
    }

    /// What is closed here says nothing to the server as long as the parent has its half.
    func abandon() {
      if isClosed { return }
      isClosed = true
      cmongodb_abandon(client)
    }
  }
#endif
