// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  internal import Settings
  internal import Support

  /// Reads an address as SQLAlchemy and libpq write it. Nothing is presumed but the port and the way of TLS.
  struct PostgreSQLAddress {
    private let url: ConnectionURL
    private let options: DatabaseOptions
    private var name: StaticString { options.setting.text }

    init(_ options: DatabaseOptions) {
      url = options.url
      self.options = options
    }

    func login() throws(Failure) -> (Text, Secret?) {
      guard let user = url.user else {
        throw wrong("names no user, and none is presumed")
      }
      return (user, url.password.flatMap { $0.count > 0 ? $0 : nil })
    }

    func database() throws(Failure) -> Text {
      guard url.scheme == "postgresql" || url.scheme == "postgres" else {
        throw Failure(.unsupported, "\(name) has a scheme other than postgresql://")
      }
      guard !url.database.isEmpty else { throw wrong("names no database, and none is presumed") }
      return url.database
    }

    /// Those between `//` and `/`, or those of the parameters `host` and `port`.
    func hosts() throws(Failure) -> [ConnectionHost] {
      let names = values("host").flatMap { split($0) }
      let ports = values("port").flatMap { split($0) }
      guard !names.isEmpty else {
        guard !url.hosts.isEmpty else { throw wrong("names no host, and none is presumed") }
        guard ports.isEmpty else { throw wrong("has a port apart from its host") }
        return url.hosts
      }
      guard url.hosts.isEmpty else { throw wrong("names hosts in two places") }
      guard names.count <= 64, ports.count <= 1 || ports.count == names.count else {
        throw wrong("has another number of ports than of hosts")
      }
      var hosts: [ConnectionHost] = []
      for (place, name) in names.enumerated() {
        hosts.append(try host(name, ports.count > 1 ? ports[place] : ports.first))
      }
      return hosts
    }

    /// `name:port` is SQLAlchemy's; several colons are an IPv6 address.
    private func host(_ name: Text, _ port: Text?) throws(Failure) -> ConnectionHost {
      var (name, port) = (name.bytes[...], port?.bytes[...])
      let colons = name.reduce(0) { $1 == 0x3A ? $0 + 1 : $0 }
      if name.first != 0x2F, colons == 1, let colon = name.firstIndex(of: 0x3A) {
        guard port == nil else { throw wrong("names a port twice") }
        (name, port) = (name[..<colon], name[(colon + 1)...])
      }
      guard !name.isEmpty else { throw wrong("has an empty host") }
      guard let port else { return ConnectionHost(name: Text(Array(name)), port: nil) }
      guard let number = number(port), 1...65_535 ~= number else {
        throw wrong("has a port that is no number from 1 to 65535")
      }
      return ConnectionHost(name: Text(Array(name)), port: UInt16(number))
    }

    /// `connect_timeout`, which libpq itself does not look at where nothing blocks: milliseconds.
    func connectTimeout() throws(Failure) -> Int64? {
      guard let text = values("connect_timeout").last else { return nil }
      guard let seconds = number(text.bytes[...]) else { throw wrong("has a connect_timeout that is no number") }
      return seconds == 0 ? nil : seconds * 1000
    }

    /// What is passed on.
    func parameters() throws(Failure) -> [(name: StaticString, value: Text)] {
      var found: [(name: StaticString, value: Text)] = []
      for (parameter, value) in url.query where !isOurs(parameter) {
        guard let known = PostgreSQLOptions.known.first(where: { Text(stringLiteral: $0) == parameter }) else {
          throw options.unknown(parameter)
        }
        guard !found.contains(where: { Text(stringLiteral: $0.name) == parameter }), !value.isEmpty else {
          throw wrong("has a parameter that is empty or stands twice: \(known)")
        }
        found.append((known, value))
      }
      try check(
        found, "target_session_attrs", ["any", "read-write", "primary"],
        "any, read-write or primary is expected: sessions are written")
      try check(
        found, "sslmode", ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"],
        "disable, allow, prefer, require, verify-ca or verify-full is expected")
      let mode = value(of: "sslmode", found)
      if mode == "verify-ca" || mode == "verify-full", value(of: "sslrootcert", found) == nil {
        throw wrong("asks to verify the server and names no sslrootcert, the file with the authority's certificate")
      }
      return found
    }

    private func check(
      _ found: [(name: StaticString, value: Text)], _ name: StaticString, _ words: [StaticString],
      _ expected: StaticString
    ) throws(Failure) {
      guard let value = value(of: name, found) else { return }
      guard words.contains(where: { Text(stringLiteral: $0) == value }) else {
        throw wrong("has a wrong \(name); \(expected)")
      }
    }

    private func value(of name: StaticString, _ found: [(name: StaticString, value: Text)]) -> Text? {
      found.first { Text(stringLiteral: $0.name) == Text(stringLiteral: name) }?.value
    }

    /// Those that are read here. Text is always UTF-8 between us and the server.
    private func isOurs(_ parameter: Text) -> Bool {
      parameter == "host" || parameter == "port" || parameter == "connect_timeout" || parameter == "client_encoding"
    }

    private func values(_ name: Text) -> [Text] {
      url.query.filter { $0.name == name }.map { $0.value }
    }

    private func split(_ list: Text) -> [Text] {
      list.bytes.split(separator: 0x2C, omittingEmptySubsequences: false).map { Text(Array($0)) }
    }

    private func number(_ digits: ArraySlice<UInt8>) -> Int64? {
      guard 1...6 ~= digits.count else { return nil }
      var number: Int64 = 0
      for digit in digits {
        guard 0x30...0x39 ~= digit else { return nil }
        number = number * 10 + Int64(digit & 15)
      }
      return number
    }

    private func wrong(_ what: Message) -> Failure {
      Failure(.config, "\(name) \(what.text); postgresql://user:password@host:5432/database is expected")
    }
  }
#endif
