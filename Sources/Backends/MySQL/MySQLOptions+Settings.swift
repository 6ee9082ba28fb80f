// SPDX-License-Identifier: Apache-2.0
#if MySQL
  package import Settings
  internal import Stores
  package import Support

  extension MySQLOptions {
    /// From SESSION_MYSQL or SQLAlchemy's address: `mysql+pymysql://user:password@host:3306/database?charset=utf8mb4`.
    package init(_ settings: Settings) throws(Failure) {
      let options = try DatabaseOptions(settings, own: .mysql, largestName: 192)
      let url = options.url
      let name = options.setting.text
      guard url.scheme == "mysql" || url.scheme == "mariadb" else {
        throw Failure(.config, "\(name) has a scheme other than mysql:// and mariadb://")
      }
      guard let user = url.user else {
        throw Failure(.config, "\(name) names no user, and none is presumed; mysql://user:password@host/database")
      }
      guard !url.database.isEmpty else {
        throw Failure(.config, "\(name) names no database; mysql://user:password@host:3306/database is expected")
      }
      var parameters = MySQLParameters()
      for (parameter, value) in url.query { try parameters.read(parameter, value, options) }
      self.init(
        try MySQLOptions.address(url, parameters.socket, name), user: user, password: url.password,
        database: url.database)
      tls = try parameters.tls(name)
      table = options.table
      schema = options.schema
      poolSize = options.poolSize
      connectTimeout = options.connectTimeout
      idleTime = options.idleTime
      largestRecord = options.largestRecord
    }

    private static func address(
      _ url: ConnectionURL, _ socket: Text?, _ name: StaticString
    ) throws(Failure) -> SocketAddress {
      if let socket {
        guard 1...107 ~= socket.count else {
          throw Failure(.config, "\(name) has a unix_socket whose path has not 1 to 107 bytes")
        }
        return .local(socket)
      }
      guard let host = url.hosts.first else {
        throw Failure(
          .config,
          "\(name) names no host, and none is presumed: mysql://user:password@host/database, or ?unix_socket=/path")
      }
      guard url.hosts.count == 1 else {
        throw Failure(.unsupported, "\(name) names several hosts, which is not in this release")
      }
      return .host(name: host.name, port: host.port ?? 3306)
    }
  }
#endif
