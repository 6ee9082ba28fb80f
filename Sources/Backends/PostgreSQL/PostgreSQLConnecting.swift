// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  internal import CPostgreSQL
  internal import CSupport
  internal import Settings
  internal import Stores
  internal import Support

  /// Makes a connection to the first of the servers that can be used.
  struct PostgreSQLConnecting {
    private let api: UnsafePointer<cpostgresql_api>
    private let options: PostgreSQLOptions
    private let failure: PostgreSQLFailure

    init(_ api: UnsafePointer<cpostgresql_api>, _ options: PostgreSQLOptions) {
      self.api = api
      self.options = options
      failure = PostgreSQLFailure(setting: options.common.setting.text)
    }

    /// Each server gets its share of the time, so that one that does not answer leaves some for the others.
    func connect(_ deadline: Deadline) throws(Failure) -> OpaquePointer {
      var last = failure.lost
      for (place, host) in options.hosts.enumerated() {
        let left = deadline.remaining
        let share = place == options.hosts.count - 1 ? left : left / Int64(options.hosts.count - place)
        do throws(Failure) {
          return try connect(host, Deadline.after(milliseconds: share))
        } catch {
          // Another server would say the same.
          guard error.status == .unavailable || error.status == .timeout else { throw error }
          last = error
        }
      }
      throw last
    }

    private func connect(_ host: ConnectionHost, _ deadline: Deadline) throws(Failure) -> OpaquePointer {
      let text = PostgreSQLConnectionText(options, host)
      guard let connection = text.withCString({ api.pointee.PQconnectStart($0) }) else { throw failure.memory }
      do throws(Failure) {
        try finish(connection, host, deadline)
        return connection
      } catch {
        api.pointee.PQfinish(connection)
        throw error
      }
    }

    private func finish(
      _ connection: OpaquePointer, _ host: ConnectionHost, _ deadline: Deadline
    ) throws(Failure) {
      // SQLSTATE stands nowhere but in the message.
      _ = api.pointee.PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
      _ = api.pointee.PQsetNoticeReceiver(connection, { _, _ in }, nil)
      var events = CSUPPORT_WRITABLE
      guard api.pointee.PQstatus(connection) != CONNECTION_BAD else { throw refusal(connection, host) }
      while true {
        let error = csupport_wait(
          api.pointee.PQsocket(connection), Int32(truncatingIfNeeded: events), deadline.milliseconds)
        guard error != ETIME else {
          throw Failure(
            .timeout, "PostgreSQL at \(name(host)) did not answer in the time for connecting", native: error)
        }
        guard error == 0 else { throw failure.lost }
        switch api.pointee.PQconnectPoll(connection) {
        case PGRES_POLLING_OK:
          guard api.pointee.PQsetnonblocking(connection, 1) == 0 else { throw failure.memory }
          return
        case PGRES_POLLING_READING: events = CSUPPORT_READABLE
        case PGRES_POLLING_WRITING: events = CSUPPORT_WRITABLE
        default: throw refusal(connection, host)
        }
      }
    }

    private func refusal(_ connection: OpaquePointer, _ host: ConnectionHost) -> Failure {
      if api.pointee.PQconnectionNeedsPassword(connection) != 0 {
        return Failure(
          .auth, "PostgreSQL at \(name(host)) asks for a password, and \(options.common.setting.text) has none")
      }
      let message = api.pointee.PQerrorMessage(connection).map { Array(String(cString: $0).utf8.prefix(4096)) } ?? []
      return failure.connecting(message, name(host))
    }

    private func name(_ host: ConnectionHost) -> String {
      host.name.bytes.first == 0x2F
        ? host.name.string : SocketAddress.host(name: host.name, port: host.port ?? 5432).text
    }
  }
#endif
