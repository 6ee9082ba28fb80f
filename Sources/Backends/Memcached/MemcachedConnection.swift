// SPDX-License-Identifier: Apache-2.0
#if Memcached
  internal import Stores
  internal import Support

  /// A connection to one server that can keep sessions.
  final class MemcachedConnection: DoubtfulConnection {
    private let stream: MemcachedStream
    private let dialect: MemcachedOptions.Dialect
    private let largestRecord: Int
    /// With key and what the server adds; nil where it does not tell.
    private var largestItem: Int64?
    private var isClosed = false
    private(set) var isReusable = true
    private(set) var isInDoubt = false
    private(set) var isLost = false

    static func open(
      _ server: SocketAddress, _ options: MemcachedOptions, _ deadline: Deadline
    ) throws(Failure) -> MemcachedConnection {
      let connecting = Deadline.after(milliseconds: min(options.connectTimeout, deadline.remaining))
      let socket = try Socket.connect(to: server, of: "Memcached", connecting)
      let connection = MemcachedConnection(MemcachedStream(socket), options)
      do throws(Failure) {
        try connection.askForSettings(connecting)
      } catch {
        connection.close()
        throw error
      }
      return connection
    }

    private init(_ stream: MemcachedStream, _ options: MemcachedOptions) {
      self.stream = stream
      dialect = options.dialect
      largestRecord = options.largestRecord
    }

    deinit {
      close()
    }

    private func askForSettings(_ deadline: Deadline) throws(Failure) {
      guard case .settings(let largestItem, let comparesAndSets) = try ask(.settings, deadline) else {
        throw MemcachedFailure.unexpected
      }
      guard comparesAndSets else { throw MemcachedFailure.noCompareAndSet }
      self.largestItem = largestItem
    }

    // MARK: Requests

    /// Before it is sent: a server that has no room for a record reads it all, and drops it.
    func check(_ key: Text, _ record: [UInt8]) throws(Failure) {
      // The head of an item, 48 bytes, its number, the byte behind its key, and CR LF.
      let head = 48 + 8 + 1 + 2
      if let largestItem, Int64(head + key.count + record.count) > largestItem {
        throw Failure(
          .tooLarge,
          "A session of \(record.count) bytes is larger than memcached takes (\(largestItem) with its key); start it "
            + "with a larger item size, -I")
      }
    }

    /// Sends a request and waits for its answer; an error of the server is thrown.
    func ask(
      _ request: MemcachedRequest, writes: Bool = false, _ deadline: Deadline
    ) throws(Failure) -> MemcachedReply {
      let replies = try exchange([request], writes: writes, deadline)
      guard let reply = replies.first else { throw MemcachedFailure.unexpected }
      if case .error(let failure) = reply { throw failure }
      return reply
    }

    /// Sends requests together and waits for as many answers.
    ///
    /// - Parameter writes: what is sent changes something once the last byte of it has arrived.
    func exchange(
      _ requests: [MemcachedRequest], writes: Bool = false, _ deadline: Deadline
    ) throws(Failure) -> [MemcachedReply] {
      var output: [UInt8] = []
      for request in requests { format(request, into: &output) }
      do throws(Failure) {
        try send(output, writes: writes, deadline)
        var replies: [MemcachedReply] = []
        for request in requests {
          let reply = try self.reply(to: request, deadline)
          // The server may have stopped within what was sent: where its next answer begins is not known.
          if case .error = reply { isReusable = false }
          replies.append(reply)
        }
        // More than was asked for: the next answer would be that to another question.
        guard stream.isRead else { throw MemcachedFailure.unexpected }
        isInDoubt = false
        return replies
      } catch {
        isReusable = false
        if error.status == .unavailable { isLost = true }
        throw error
      }
    }

    private func format(_ request: MemcachedRequest, into output: inout [UInt8]) {
      switch dialect {
      case .text: MemcachedText.format(request, into: &output)
      case .binary: MemcachedBinary.format(request, into: &output)
      }
    }

    private func reply(to request: MemcachedRequest, _ deadline: Deadline) throws(Failure) -> MemcachedReply {
      switch dialect {
      case .text: try MemcachedText.reply(to: request, stream, largest: largestRecord, deadline)
      case .binary: try MemcachedBinary.reply(to: request, stream, largest: largestRecord, deadline)
      }
    }

    private func send(_ output: [UInt8], writes: Bool, _ deadline: Deadline) throws(Failure) {
      var sent = 0
      defer { if writes, sent == output.count { isInDoubt = true } }
      try stream.send(output, sent: &sent, deadline)
    }

    // MARK: The pool

    func isAlive() -> Bool { stream.isQuiet }

    func close() {
      if isClosed { return }
      isClosed = true
      isReusable = false
      stream.close()
    }

    /// What is closed here says nothing to the server as long as the parent has its half.
    func abandon() {
      close()
    }
  }
#endif
