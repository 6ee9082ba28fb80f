// SPDX-License-Identifier: Apache-2.0
#if MongoDB
  package import Settings
  package import Support

  /// Which servers, how to log in there, where the sessions are, and what connections may take.
  package struct MongoDBOptions: PooledOptions, Sendable {
    package var hosts: [ConnectionHost]
    package var user: Text?
    package var password: Secret?
    /// The database that keeps the user; empty is `admin`, unless the parameter authSource says otherwise.
    package var loginDatabase: Text = ""
    /// Of the URL, in libmongoc's names; checked already.
    package var parameters: [(name: Text, value: Text)] = []
    package var database: Text = "flask_session"
    package var collection: Text = "sessions"
    package var poolSize = 8
    /// Milliseconds.
    package var connectTimeout: Int64 = 2_000
    /// Milliseconds for which a connection that nobody uses is kept.
    package var idleTime: Int64 = 60_000
    /// A compare-and-set sends the old record and the new one in one document, which has 16 MiB at most.
    package var largestRecord = (8 << 20) - 4096

    package init(_ hosts: [ConnectionHost]) {
      self.hosts = hosts
    }

    /// For libmongoc, which gets the time for connecting with it.
    func address(connectTimeout: Int64) -> [UInt8] {
      var output = Array("mongodb://".utf8)
      if let user, let password {
        output.append(percentEncoded: user.bytes)
        output.append(UInt8(ascii: ":"))
        output.append(percentEncoded: password.withBytes { Array($0) })
        output.append(UInt8(ascii: "@"))
      }
      for (place, host) in hosts.enumerated() {
        if place > 0 { output.append(UInt8(ascii: ",")) }
        output.append(host: host)
      }
      output.append(UInt8(ascii: "/"))
      output.append(percentEncoded: loginDatabase.bytes)
      for (place, parameter) in (parameters + fixed(connectTimeout)).enumerated() {
        output.append(place == 0 ? UInt8(ascii: "?") : UInt8(ascii: "&"))
        output.append(contentsOf: parameter.name.bytes)
        output.append(UInt8(ascii: "="))
        output.append(percentEncoded: parameter.value.bytes)
      }
      return output
    }

    /// A client looks for the primary once, when it connects, and repeats nothing: one that has lost it is dropped.
    private func fixed(_ connectTimeout: Int64) -> [(name: Text, value: Text)] {
      let time = Text("\(min(max(connectTimeout, 1), 3_600_000))")
      return [
        ("connectTimeoutMS", time), ("serverSelectionTimeoutMS", time), ("serverSelectionTryOnce", "true"),
        ("heartbeatFrequencyMS", "86400000"), ("socketCheckIntervalMS", "86400000"), ("retryReads", "false"),
        ("retryWrites", "false"),
      ]
    }
  }

  extension [UInt8] {
    fileprivate mutating func append(percentEncoded bytes: [UInt8]) {
      for byte in bytes {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
          append(byte)
        default:
          append(UInt8(ascii: "%"))
          for digit in [byte >> 4, byte & 15] { append(digit < 10 ? 0x30 + digit : 0x37 + digit) }
        }
      }
    }

    fileprivate mutating func append(host: ConnectionHost) {
      if host.name.bytes.contains(UInt8(ascii: ":")) {
        append(UInt8(ascii: "["))
        append(contentsOf: host.name.bytes)
        append(UInt8(ascii: "]"))
      } else {
        append(percentEncoded: host.name.bytes)
      }
      // A socket has none.
      if host.name.bytes.first != UInt8(ascii: "/") { append(contentsOf: Array(":\(Int64(host.port ?? 27_017))".utf8)) }
    }
  }
#endif
