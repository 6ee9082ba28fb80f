// SPDX-License-Identifier: Apache-2.0
#if MongoDB
  internal import Support

  /// What the errors of a server mean to a caller. Its sentences are not shown: they may repeat ids and records.
  enum MongoDBFailure {
    static func make(_ error: (code: Int64, name: String)) -> Failure {
      let native = Int32(truncatingIfNeeded: error.code)
      let said: Message = "\(error.name) \(error.code)"
      if isNotPrimary(error.code) {
        return Failure(
          .unavailable,
          "MongoDB: the server is not the primary now; name all members and the replicaSet in SESSION_MONGODB ("
            + said + ")", native: native)
      }
      if leavesInDoubt(error.code) {
        return Failure(.unavailable, "MongoDB does not serve requests now (" + said + ")", native: native)
      }
      switch error.code {
      case 11, 18, 391:
        return Failure(
          .auth, "MongoDB refuses the user or the password of SESSION_MONGODB (" + said + ")", native: native)
      case 13, 8000:
        return Failure(
          .auth,
          "MongoDB does not allow the user of SESSION_MONGODB what sessions need: the role readWrite on the database of "
            + "SESSION_MONGODB_DB (" + said + ")", native: native)
      case 10334, 17280, 17419, 17420:
        return Failure(.tooLarge, "MongoDB takes no document as large as this session (" + said + ")", native: native)
      case 73, 166:
        return Failure(
          .config,
          "MongoDB takes no collection of the name in SESSION_MONGODB_DB and SESSION_MONGODB_COLLECT ("
            + said + ")", native: native)
      default:
        return Failure(.backend, "MongoDB answered with an error (" + said + ")", native: native)
      }
    }

    /// Nothing was done: another server is the primary.
    static func isNotPrimary(_ code: Int64) -> Bool {
      switch code {
      case 10_058, 10_107, 13_435, 13_436: true
      default: false
      }
    }

    /// The server, or one behind it, was interrupted in the middle.
    static func leavesInDoubt(_ code: Int64) -> Bool {
      switch code {
      case 6, 7, 50, 89, 91, 189, 262, 9_001, 11_600, 11_602: true
      default: false
      }
    }

    static var duplicate: Int64 { 11_000 }

    /// An answer that the command does not have.
    static var unexpected: Failure { Failure(.backend, "The server at SESSION_MONGODB did not answer as MongoDB does") }

    /// A document whose fields are of other types than Flask-Session's.
    static var foreign: Failure {
      Failure(
        .backend,
        "The document of a session holds something else in MongoDB: give SESSION_MONGODB_COLLECT a collection of its own"
      )
    }
  }
#endif
