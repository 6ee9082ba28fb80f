// SPDX-License-Identifier: Apache-2.0
#if Redis
  package import Settings
  internal import Stores
  package import Support

  extension RedisOptions {
    /// From SESSION_REDIS: `redis://user:password@host:port/database`, or `redis+unix:///path?db=0`.
    package init(_ settings: Settings) throws(Failure) {
      guard let url = settings.connection(.redis) else {
        throw Failure(
          .config,
          "\(RedisOptions.name) is not set; it is the address of the server, for example redis://localhost:6379/0")
      }
      try RedisOptions.checkScheme(url)
      self.init(try RedisOptions.address(url))
      user = url.user
      password = url.password.flatMap { $0.count > 0 ? $0 : nil }
      guard user == nil || password != nil else {
        throw Failure(
          .config, "\(RedisOptions.name) names a user and no password; a password alone is redis://:password@host")
      }
      database = try RedisOptions.database(url)
      readPool(settings)
    }

    private static var name: StaticString { SettingName.redis.text }

    private static func isLocal(_ url: ConnectionURL) -> Bool {
      url.scheme == "unix" || url.driver == "unix"
    }

    private static func checkScheme(_ url: ConnectionURL) throws(Failure) {
      if url.scheme == "rediss" {
        throw Failure(
          .unsupported,
          "\(name) asks for TLS, which this release does not speak to Redis: use redis:// to a TLS tunnel on this machine, "
            + "or redis+unix:// to its socket")
      }
      let isKnown = url.scheme == "redis" && (url.driver == nil || url.driver == "unix")
      guard isKnown || url.scheme == "unix" && url.driver == nil else {
        throw Failure(
          .unsupported,
          "\(name) has a scheme other than redis:// and redis+unix://; Sentinel and Cluster are not in this release")
      }
    }

    private static func address(_ url: ConnectionURL) throws(Failure) -> SocketAddress {
      if isLocal(url) {
        guard url.hosts.isEmpty, url.path.count > 1 else {
          throw Failure(.config, "\(name) names no socket; redis+unix:///path/of/the.sock is expected")
        }
        return try local(url.path)
      }
      guard let host = url.hosts.first else {
        throw Failure(.config, "\(name) names no host, and none is presumed; redis://host:6379/0 is expected")
      }
      guard url.hosts.count == 1 else {
        throw Failure(.unsupported, "\(name) names several hosts; Sentinel and Cluster are not in this release")
      }
      if host.name.bytes.first == 0x2F { return try local(host.name) }
      return .host(name: host.name, port: host.port ?? 6379)
    }

    private static func local(_ path: Text) throws(Failure) -> SocketAddress {
      guard path.count <= 107 else { throw Failure(.config, "\(name) has a socket's path of more than 107 bytes") }
      return .local(path)
    }

    /// Of the path or of the parameter `db`, as in redis-py; 0 where neither is.
    private static func database(_ url: ConnectionURL) throws(Failure) -> Int64 {
      var text = isLocal(url) ? Text([]) : url.database
      for (parameter, value) in url.query {
        guard parameter == "db" else {
          throw Failure(.config, "\(name) has a parameter that is not known here: \(parameter.string)")
        }
        guard text.isEmpty || text == value else {
          throw Failure(.config, "\(name) names two databases")
        }
        text = value
      }
      var number: Int64 = 0
      for byte in text.bytes {
        guard 0x30...0x39 ~= byte, text.count <= 9 else {
          throw Failure(.config, "\(name) names a database that is no number; redis://host:6379/0 is expected")
        }
        number = number * 10 + Int64(byte & 15)
      }
      return number
    }
  }
#endif
