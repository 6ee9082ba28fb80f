// SPDX-License-Identifier: Apache-2.0
#if Redis
  internal import Support

  /// What the errors of a server mean to a caller.
  enum RedisFailure {
    static func make(_ error: Text) -> Failure {
      let said = ServerText.shown(error.bytes.prefix(100))
      switch error.bytes.prefix(while: { $0 != 0x20 }) {
      case "NOAUTH", "WRONGPASS":
        return Failure(.auth, "Redis refuses the user or the password of SESSION_REDIS (\(said))")
      case "NOPERM":
        return Failure(
          .auth,
          "Redis does not allow the user of SESSION_REDIS what sessions need: the keys with SESSION_KEY_PREFIX, +get +set "
            + "+del +expire +getex +pttl +eval +evalsha +watch +unwatch +multi +exec +discard +ping +select (\(said))")
      case "READONLY":
        return Failure(.unavailable, "Redis is a replica that takes no writes; SESSION_REDIS must name the primary")
      case "LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "BUSY", "NOREPLICAS", "DENIED":
        return Failure(.unavailable, "Redis does not serve requests now (\(said))")
      case "MOVED", "ASK", "CROSSSLOT":
        return Failure(.unsupported, "SESSION_REDIS names a node of a Redis Cluster, which is not in this release")
      case "OOM":
        return Failure(.backend, "Redis has no memory left for another write: see its maxmemory (\(said))")
      case "WRONGTYPE":
        return Failure(
          .backend, "The key of a session holds something else in Redis: give SESSION_KEY_PREFIX a prefix of its own")
      default:
        if ServerText.starts(error.bytes, "ERR max number of clients") {
          return Failure(.unavailable, "Redis has as many clients as it takes (\(said))")
        }
        return Failure(.backend, "Redis answered with an error (\(said))")
      }
    }

    /// A reply of a kind that the command does not have.
    static var unexpected: Failure { Failure(.backend, "The server at SESSION_REDIS did not answer as Redis does") }

    static func isUnknownCommand(_ error: Text) -> Bool { ServerText.starts(error.bytes, "ERR unknown command") }
  }
#endif
