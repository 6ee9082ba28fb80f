// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  internal import CSupport
  internal import Settings
  internal import Support

  /// What libpq is told to connect to one server: `name='value'`, one for each of its names.
  ///
  /// What an address does not say is given too, if only as empty text: else a PG* variable or a file of the user's home
  /// would say it. Left are PGSERVICE, with which libpq does not connect when it names no service, and PGTZ, PGDATESTYLE
  /// and PGGEQO, which no statement of ours depends on.
  struct PostgreSQLConnectionText: ~Copyable {
    private let bytes: UnsafeMutableBufferPointer<UInt8>

    /// What stands for a file that is not to be there: empty would be one of the user's home.
    private static var nowhere: StaticString { "/dev/null/none" }

    private static var presumed: [(name: StaticString, value: StaticString)] {
      [
        ("application_name", "swiftsession"), ("channel_binding", "prefer"), ("client_encoding", "UTF8"),
        ("connect_timeout", "0"), ("gssencmode", "disable"), ("gsslib", ""), ("hostaddr", ""),
        ("krbsrvname", "postgres"), ("options", ""), ("passfile", nowhere), ("requirepeer", ""),
        ("ssl_max_protocol_version", ""), ("ssl_min_protocol_version", "TLSv1.2"), ("sslcert", nowhere),
        ("sslcompression", "0"), ("sslcrl", nowhere), ("sslcrldir", ""), ("sslkey", nowhere), ("sslmode", "prefer"),
        ("sslrootcert", nowhere), ("sslsni", "1"), ("target_session_attrs", "any"),
      ]
    }

    init(_ options: PostgreSQLOptions, _ host: ConnectionHost) {
      var pairs = options.parameters
      let isSaid = pairs.contains { Text(stringLiteral: $0.name) == "target_session_attrs" }
      // One of several servers may be a replica, and sessions are written.
      if options.hosts.count > 1, !isSaid { pairs.append(("target_session_attrs", "read-write")) }
      for (name, value) in PostgreSQLConnectionText.presumed
      where !pairs.contains(where: { Text(stringLiteral: $0.name) == Text(stringLiteral: name) }) {
        pairs.append((name, Text(stringLiteral: value)))
      }
      pairs.append(("host", host.name))
      pairs.append(("port", Text("\(Int(host.port ?? 5432))")))
      pairs.append(("user", options.user))
      pairs.append(("dbname", options.database))
      var text: [UInt8] = []
      // No second copy of the password is left behind where the text grows.
      text.reserveCapacity(64 << 10)
      for (name, value) in pairs {
        value.bytes.withUnsafeBufferPointer { PostgreSQLConnectionText.add(name, $0, &text) }
      }
      if let password = options.password {
        password.withBytes { PostgreSQLConnectionText.add("password", $0, &text) }
      } else {
        PostgreSQLConnectionText.add("password", UnsafeBufferPointer(start: nil, count: 0), &text)
      }
      text.append(0)
      bytes = .allocate(capacity: text.count)
      for (place, byte) in text.enumerated() { bytes.initializeElement(at: place, to: byte) }
      text.withUnsafeMutableBufferPointer { csupport_wipe($0.baseAddress, $0.count) }
    }

    deinit {
      csupport_wipe(bytes.baseAddress, bytes.count)
      bytes.deallocate()
    }

    private static func add(_ name: StaticString, _ value: UnsafeBufferPointer<UInt8>, _ text: inout [UInt8]) {
      name.withUTF8Buffer { text.append(contentsOf: $0) }
      text.append(0x3D)
      text.append(0x27)
      for byte in value {
        if byte == 0x27 || byte == 0x5C { text.append(0x5C) }
        text.append(byte)
      }
      text.append(0x27)
      text.append(0x20)
    }

    func withCString<Result>(_ body: (UnsafePointer<CChar>?) -> Result) -> Result {
      bytes.withMemoryRebound(to: CChar.self) { body(UnsafePointer($0.baseAddress)) }
    }
  }
#endif
