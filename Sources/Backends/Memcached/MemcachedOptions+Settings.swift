// SPDX-License-Identifier: Apache-2.0
#if Memcached
  package import Settings
  internal import Stores
  package import Support

  extension MemcachedOptions {
    /// From SESSION_MEMCACHED: `memcached://a:11211,b:11211?protocol=binary&placement=ketama`, or
    /// `memcached+unix:///path`.
    package init(_ settings: Settings) throws(Failure) {
      guard let url = settings.connection(.memcached) else {
        throw Failure(
          .config,
          "\(MemcachedOptions.name) is not set; it names the servers, for example memcached://localhost:11211")
      }
      try MemcachedOptions.checkTheRest(settings)
      self.init(try MemcachedOptions.servers(url))
      try read(url.query)
      readPool(settings)
    }

    private static var name: StaticString { SettingName.memcached.text }

    private static func checkTheRest(_ settings: Settings) throws(Failure) {
      if let prefix = settings.text(.keyPrefix), !MemcachedKey.isPlain(prefix) {
        throw Failure(
          .config,
          "\(SettingName.keyPrefix.text) has a space, which no key of memcached may have; choose another prefix")
      }
      if let interval = settings.seconds(.touchInterval), interval > 0 {
        throw Failure(
          .unsupported,
          "\(SettingName.touchInterval.text) cannot be followed on memcached, which does not tell how long a record still has; "
            + "leave it out")
      }
    }

    private static func servers(_ url: ConnectionURL) throws(Failure) -> [SocketAddress] {
      let isLocal = url.scheme == "unix" && url.driver == nil || url.scheme == "memcached" && url.driver == "unix"
      guard isLocal || url.scheme == "memcached" && url.driver == nil else {
        throw Failure(.unsupported, "\(name) has a scheme other than memcached:// and memcached+unix://")
      }
      guard url.user == nil, url.password == nil else {
        throw Failure(
          .unsupported, "\(name) names a user or a password; this release does not log in to memcached (SASL)")
      }
      if isLocal {
        guard url.hosts.isEmpty, url.path.count > 1 else {
          throw Failure(.config, "\(name) names no socket; memcached+unix:///path/of/the.sock is expected")
        }
        return [try local(url.path)]
      }
      guard !url.hosts.isEmpty else {
        throw Failure(.config, "\(name) names no server, and none is presumed; memcached://host:11211 is expected")
      }
      guard url.database.isEmpty else {
        throw Failure(.config, "\(name) has a path, which means nothing to memcached; write a / of a socket as %2F")
      }
      var servers: [SocketAddress] = []
      for host in url.hosts { servers.append(try server(host)) }
      return servers
    }

    private static func server(_ host: ConnectionHost) throws(Failure) -> SocketAddress {
      if host.name.bytes.first == 0x2F { return try local(host.name) }
      guard host.name.count <= 255 else { throw Failure(.config, "\(name) has a host of more than 255 bytes") }
      return .host(name: host.name, port: host.port ?? 11211)
    }

    private static func local(_ path: Text) throws(Failure) -> SocketAddress {
      guard path.count <= 107 else { throw Failure(.config, "\(name) has a socket's path of more than 107 bytes") }
      return .local(path)
    }

    private mutating func read(_ query: [(name: Text, value: Text)]) throws(Failure) {
      var seen: [Text] = []
      for (parameter, value) in query {
        guard !seen.contains(parameter) else {
          throw Failure(.config, "\(MemcachedOptions.name) has a parameter twice: \(parameter.string)")
        }
        seen.append(parameter)
        switch (parameter, value) {
        case ("protocol", "text"): dialect = .text
        case ("protocol", "binary"): dialect = .binary
        case ("protocol", _):
          throw Failure(.config, "\(MemcachedOptions.name) has a protocol that is neither text nor binary")
        case ("placement", "python-memcached"): placement = .pythonMemcached
        case ("placement", "libmemcached"): placement = .libmemcached
        case ("placement", "ketama"): placement = .ketama
        case ("placement", _):
          throw Failure(
            .config, "\(MemcachedOptions.name) has a placement other than python-memcached, libmemcached and ketama")
        default:
          throw Failure(
            .config, "\(MemcachedOptions.name) has a parameter that is not known here: \(parameter.string)")
        }
      }
    }
  }
#endif
