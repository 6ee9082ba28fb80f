// SPDX-License-Identifier: Apache-2.0
#if Memcached
  internal import Support

  /// What the errors of a server mean to a caller.
  enum MemcachedFailure {
    static var unexpected: Failure {
      Failure(.backend, "A server of SESSION_MEMCACHED did not answer as memcached does")
    }

    static var tooLarge: Failure {
      Failure(.tooLarge, "A session is larger than memcached takes; start memcached with a larger item size, -I")
    }

    static var noCompareAndSet: Failure {
      Failure(
        .config, "Memcached runs without compare-and-set, which sessions need: start it without -C (--disable-cas)")
    }

    /// By the line of the text protocol.
    ///
    /// - Returns: of an answer that refuses a request.
    /// - Throws: of one after which a write may have been done.
    static func make(_ line: Text) throws(Failure) -> Failure {
      let said = ServerText.shown(line.bytes.prefix(80))
      if ServerText.starts(line.bytes, "SERVER_ERROR object too large") { return tooLarge }
      if ServerText.starts(line.bytes, "CLIENT_ERROR unauth") || ServerText.starts(line.bytes, "CLIENT_ERROR auth") {
        return login
      }
      if ServerText.starts(line.bytes, "SERVER_ERROR out of memory")
        || ServerText.starts(line.bytes, "SERVER_ERROR Out of memory")
      {
        return outOfMemory(said)
      }
      if ServerText.starts(line.bytes, "ERROR Too many open connections") {
        return Failure(.unavailable, "Memcached has as many connections as it takes (\(said))")
      }
      let failure = Failure(.backend, "Memcached answered with an error (\(said))")
      if ServerText.starts(line.bytes, "CLIENT_ERROR") || ServerText.starts(line.bytes, "ERROR") { return failure }
      throw ServerText.starts(line.bytes, "SERVER_ERROR") ? failure : unexpected
    }

    /// By the number of the binary protocol, as by a line.
    static func make(status: UInt16) throws(Failure) -> Failure {
      let failure = Failure(.backend, "Memcached answered with an error (status \(Int(status)))")
      return switch status {
      case 0x03: tooLarge
      case 0x08, 0x20, 0x21: login
      case 0x82: outOfMemory("0x82")
      case 0x85, 0x86: Failure(.unavailable, "Memcached does not serve requests now (status \(Int(status)))")
      // Arguments, a number that is none, an unknown or an unsupported command.
      case 0x04, 0x06, 0x81, 0x83: failure
      default: throw failure
      }
    }

    private static var login: Failure {
      Failure(.auth, "Memcached asks for a login, which this release does not do: SESSION_MEMCACHED must name another")
    }

    private static func outOfMemory(_ said: String) -> Failure {
      Failure(.backend, "Memcached has no memory left for another session: see its -m and -M (\(said))")
    }
  }
#endif
