// SPDX-License-Identifier: Apache-2.0
#if Redis
  internal import CHiredis
  internal import CSupport
  internal import Stores
  internal import Support

  /// A connection that is logged in, and the reader of what comes on it.
  final class RedisConnection: DoubtfulConnection {
    private let api: UnsafePointer<chiredis_api>
    private let socket: Socket
    private let reader: UnsafeMutablePointer<redisReader>
    private let buffer: UnsafeMutableBufferPointer<UInt8>
    /// The most bytes that the answers to one exchange may have.
    private let largestAnswer: Int
    private var isClosed = false
    private(set) var isReusable = true
    private(set) var isInDoubt = false
    private(set) var isLost = false

    static func open(_ options: RedisOptions, _ deadline: Deadline) throws(Failure) -> RedisConnection {
      guard let api = chiredis_open() else {
        let problem = String(cString: chiredis_problem())
        throw Failure(
          .unavailable, "libhiredis cannot be opened: install the Debian package libhiredis0.14 (\(problem))")
      }
      let connecting = Deadline.after(milliseconds: min(options.connectTimeout, deadline.remaining))
      let socket = try Socket.connect(to: options.address, of: "Redis", connecting)
      guard let reader = chiredis_reader() else {
        socket.close()
        throw Failure(.backend, "libhiredis is out of memory")
      }
      let connection = RedisConnection(api, socket, reader, options)
      do throws(Failure) {
        try connection.logIn(options, connecting)
      } catch {
        connection.close()
        throw error
      }
      return connection
    }

    private init(
      _ api: UnsafePointer<chiredis_api>, _ socket: Socket, _ reader: UnsafeMutablePointer<redisReader>,
      _ options: RedisOptions
    ) {
      self.api = api
      self.socket = socket
      self.reader = reader
      largestAnswer = options.largestRecord &+ 1024
      buffer = .allocate(capacity: 16 << 10)
      buffer.initialize(repeating: 0)
    }

    deinit {
      close()
      api.pointee.redisReaderFree(reader)
      buffer.deallocate()
    }

    private func logIn(_ options: RedisOptions, _ deadline: Deadline) throws(Failure) {
      var commands: [RedisCommand] = []
      if let password = options.password {
        let password = password.withBytes { Array($0) }
        if let user = options.user {
          commands.append(RedisCommand("AUTH", .key(user), .bytes(password)))
        } else {
          commands.append(RedisCommand("AUTH", .bytes(password)))
        }
      }
      if options.database != 0 { commands.append(RedisCommand("SELECT", .number(options.database))) }
      guard !commands.isEmpty else { return }
      let replies = try exchange(commands, deadline)
      for (place, reply) in replies.enumerated() {
        guard case .error(let error) = reply else { continue }
        let failure = RedisFailure.make(error)
        guard failure.status == .backend else { throw failure }
        if place == 0, options.password != nil {
          throw Failure(
            .auth, "Redis refuses the user or the password of SESSION_REDIS: it may have none, or be too old")
        }
        throw Failure(.config, "Redis has no database of the number in SESSION_REDIS")
      }
    }

    // MARK: Commands

    /// Sends a command that reads and waits for its answer; an error of the server is thrown.
    func ask(_ command: RedisCommand, writes: Bool = false, _ deadline: Deadline) throws(Failure) -> RedisReply {
      let replies = try exchange([command], writes: writes, deadline)
      guard let reply = replies.first else { throw RedisFailure.unexpected }
      if case .error(let error) = reply { throw RedisFailure.make(error) }
      return reply
    }

    /// Sends commands together and waits for as many answers.
    ///
    /// - Parameter writes: what is sent changes something once the last byte of it has arrived.
    func exchange(
      _ commands: [RedisCommand], writes: Bool = false, _ deadline: Deadline
    ) throws(Failure) -> [RedisReply] {
      var output: [UInt8] = []
      for command in commands { try format(command, into: &output) }
      do throws(Failure) {
        try send(output, writes: writes, deadline)
        var replies: [RedisReply] = []
        var received = 0
        while replies.count < commands.count { replies.append(try receive(&received, deadline)) }
        // More than was asked for: the next answer would be that to another question.
        guard reader.pointee.pos == reader.pointee.len else { throw RedisFailure.unexpected }
        isInDoubt = false
        return replies
      } catch {
        isReusable = false
        if error.status == .unavailable { isLost = true }
        throw error
      }
    }

    private func format(_ command: RedisCommand, into output: inout [UInt8]) throws(Failure) {
      var target: UnsafeMutablePointer<CChar>?
      let count = command.bytes.withUnsafeBufferPointer { bytes in
        bytes.withMemoryRebound(to: CChar.self) { bytes -> Int32 in
          var arguments: [UnsafePointer<CChar>?] = []
          var start = 0
          for length in command.lengths {
            arguments.append(bytes.baseAddress.map { $0 + start })
            start += length
          }
          return arguments.withUnsafeMutableBufferPointer { arguments in
            command.lengths.withUnsafeBufferPointer { lengths in
              api.pointee.redisFormatCommandArgv(
                &target, Int32(arguments.count), arguments.baseAddress, lengths.baseAddress)
            }
          }
        }
      }
      guard count >= 0, let target else { throw Failure(.backend, "libhiredis is out of memory") }
      target.withMemoryRebound(to: UInt8.self, capacity: Int(count)) {
        output.append(contentsOf: UnsafeBufferPointer(start: $0, count: Int(count)))
      }
      api.pointee.redisFreeCommand(target)
    }

    private func send(_ output: [UInt8], writes: Bool, _ deadline: Deadline) throws(Failure) {
      var sent = 0
      defer { if writes, sent == output.count { isInDoubt = true } }
      try output.withUnsafeBufferPointer { (output) throws(Failure) in
        try socket.send(output, sent: &sent, deadline)
      }
    }

    /// The next answer.
    private func receive(_ received: inout Int, _ deadline: Deadline) throws(Failure) -> RedisReply {
      while true {
        var reply: UnsafeMutableRawPointer?
        guard api.pointee.redisReaderGetReply(reader, &reply) == REDIS_OK else { throw RedisFailure.unexpected }
        if let reply {
          defer { api.pointee.freeReplyObject(reply) }
          guard let copy = RedisReply(reply.assumingMemoryBound(to: redisReply.self)) else {
            throw RedisFailure.unexpected
          }
          return copy
        }
        let count = try socket.receive(into: buffer, deadline)
        received += count
        guard received <= largestAnswer else {
          throw Failure(.tooLarge, "Redis holds a session that is larger than the store takes (\(largestAnswer) bytes)")
        }
        let fed = buffer.withMemoryRebound(to: CChar.self) {
          api.pointee.redisReaderFeed(reader, $0.baseAddress, count)
        }
        guard fed == REDIS_OK else { throw Failure(.backend, "libhiredis is out of memory") }
      }
    }

    // MARK: The pool

    func isAlive() -> Bool { socket.isQuiet }

    func close() {
      if isClosed { return }
      isClosed = true
      isReusable = false
      socket.close()
    }

    /// What is closed here says nothing to the server as long as the parent has its half.
    func abandon() {
      close()
    }
  }
#endif
