// SPDX-License-Identifier: Apache-2.0
#if MySQL
  internal import CMariaDB
  internal import Stores
  internal import Support

  extension MySQLConnection {
    /// A connection whose table is there.
    static func open(
      _ options: MySQLOptions, _ table: MySQLTable, _ deadline: Deadline
    ) throws(Failure) -> MySQLConnection {
      guard let api = cmariadb_open() else {
        let problem = String(cString: cmariadb_problem())
        throw Failure(.unavailable, "libmariadb cannot be opened: install the Debian package libmariadb3 (\(problem))")
      }
      // Of one packet, which a row is.
      guard let mysql = cmariadb_new(options.largestRecord + (64 << 10)) else {
        throw Failure(.backend, "libmariadb is out of memory")
      }
      let link = MySQLLink(api, mysql)
      do throws(Failure) {
        try link.connect(options, .after(milliseconds: min(options.connectTimeout, deadline.remaining)))
        let columns = try link.setUp(table, deadline)
        return MySQLConnection(link, columns, table, largestAnswer: options.largestRecord)
      } catch {
        cmariadb_close(mysql)
        throw error
      }
    }
  }

  extension MySQLLink {
    fileprivate func connect(_ options: MySQLOptions, _ deadline: Deadline) throws(Failure) {
      if let tls = options.tls { try use(tls) }
      // Of both one is empty, and the library does not look at it.
      var host: [CChar] = [0]
      var socket: [CChar] = [0]
      var port: UInt32 = 0
      // "localhost" would be a socket somewhere.
      var way = MYSQL_PROTOCOL_TCP.rawValue
      switch options.address {
      case .host(let name, let number): (host, port) = (MySQLLink.characters(name), UInt32(number))
      case .local(let path):
        socket = MySQLLink.characters(path)
        host = MySQLLink.characters("localhost")
        way = MYSQL_PROTOCOL_SOCKET.rawValue
      }
      _ = api.pointee.mysql_options(mysql, MYSQL_OPT_PROTOCOL, &way)
      // Without one the library would look for one in the environment.
      let password = options.password.map { $0.withBytes { MySQLLink.characters(Text(Array($0))) } } ?? [0]
      let result = cmariadb_connect(
        mysql, host, MySQLLink.characters(options.user), password,
        MySQLLink.characters(options.database), port, socket, UInt(CLIENT_FOUND_ROWS), options.tls == nil ? 0 : 1,
        deadline.milliseconds)
      if result == CMARIADB_TIMEOUT {
        throw Failure(.timeout, "MySQL at \(options.address.text) did not answer in the time for connecting")
      }
      // On a socket of this machine the library goes on without it.
      let lacksTLS = result == 0 && options.tls != nil && api.pointee.mysql_get_ssl_cipher(mysql) == nil
      guard !lacksTLS, result != CMARIADB_NO_TLS else {
        throw Failure(.unavailable, "MySQL at \(options.address.text) does not speak TLS, which its address asks for")
      }
      guard result == 0 else { throw failure(of: options.address) }
    }

    private func failure(of address: SocketAddress) -> Failure {
      let failure = self.failure
      guard failure.status == .unavailable, MySQLFailure.isUnreached(error) else { return failure }
      return Failure(
        .unavailable, "MySQL at \(address.text) cannot be reached; see that it runs and listens there",
        native: failure.native)
    }

    private func use(_ tls: MySQLTLS) throws(Failure) {
      var isOn: CChar = 1
      var verifies: CChar = tls.verifies ? 1 : 0
      var isSet = api.pointee.mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &isOn) == 0
      isSet = api.pointee.mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verifies) == 0 && isSet
      for (option, value) in [
        (MYSQL_OPT_SSL_CA, tls.authority), (MYSQL_OPT_SSL_CAPATH, tls.authorities),
        (MYSQL_OPT_SSL_CERT, tls.certificate), (MYSQL_OPT_SSL_KEY, tls.key), (MYSQL_OPT_SSL_CIPHER, tls.cipher),
      ] {
        guard let value else { continue }
        isSet = api.pointee.mysql_options(mysql, option, MySQLLink.characters(value)) == 0 && isSet
      }
      guard isSet else { throw Failure(.backend, "libmariadb does not take the TLS options of the address") }
    }

    /// Finds out what the table is like, makes it where there is none, and sees to it that each statement is a
    /// transaction of its own.
    fileprivate func setUp(_ table: MySQLTable, _ deadline: Deadline) throws(Failure) -> MySQLColumns {
      let columns = try madeColumns(table, deadline)
      if !commitsItself { try run("SET autocommit = 1", deadline) }
      // Its locks stand in for the key that is not there.
      if !columns.isUnique { try run("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", deadline) }
      return columns
    }

    private func madeColumns(_ table: MySQLTable, _ deadline: Deadline) throws(Failure) -> MySQLColumns {
      do throws(Failure) {
        return try columns(table, deadline)
      } catch {
        guard error.native == 1146 else { throw error }
      }
      try make(table.making, deadline)
      return try columns(table, deadline)
    }
  }
#endif
