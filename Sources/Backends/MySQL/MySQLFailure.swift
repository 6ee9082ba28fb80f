// SPDX-License-Identifier: Apache-2.0
#if MySQL
  internal import CMariaDB
  internal import Support

  /// What the errors of a server and of libmariadb mean to a caller.
  enum MySQLFailure {
    /// - Parameter error: the number, from 2000 the library's own.
    static func make(_ error: UInt32, _ reason: String) -> Failure {
      let native = Int32(truncatingIfNeeded: error)
      let said: Message = "\(native): \(ServerText.shown(Array(reason.utf8).prefix(80)))"
      switch native {
      case 1044, 1045, 1130, 1142, 1143, 1227, 1251, 1275, 1370, 1698, 1820, 1862:
        return Failure(
          .auth,
          "The server refuses the user or the password of the database's address, or what sessions need: "
            + "SELECT, INSERT, UPDATE and DELETE on their table (\(said))", native: native)
      case CR_AUTH_PLUGIN_CANNOT_LOAD, CR_PLUGIN_NOT_ALLOWED, CR_SECURE_AUTH:
        return Failure(
          .auth, "The server asks for a way to log in that is not used here, or not installed (\(said))", native: native
        )
      case 1049:
        return Failure(.config, "The server has no database of the name in its address (\(said))", native: native)
      case 1146, 1054, 1059, 1102, 1103:
        return Failure(
          .config, "The table of SESSION_SQLALCHEMY_TABLE cannot be used for sessions (\(said))", native: native)
      case 1366, 3854:
        return Failure(
          .argument, "The column session_id does not hold such a key; VARBINARY(255) holds any", native: native)
      case 1290, 1792, 1836:
        return Failure(
          .unavailable, "The server takes no writes now: the address must name the primary (\(said))", native: native)
      case 1040, 1203, 1226:
        return Failure(.unavailable, "The server has as many connections as it takes (\(said))", native: native)
      case 1129, 1047, 1053, 1152, 1317, 1927, 3168, 4031:
        return Failure(.unavailable, "The server does not serve requests now (\(said))", native: native)
      case 1205, 1213, 1020, 1969, 3024:
        return Failure(
          .timeout, "Others held the session's row until the time for the call was over (\(said))", native: native)
      case 1021, 1114, 1041, 1037, 1038:
        return Failure(.backend, "The server has no room left for sessions (\(said))", native: native)
      case 1153, 1301, 1406, CR_NET_PACKET_TOO_LARGE:
        return Failure(.tooLarge, "The session is larger than the server takes (\(said))", native: native)
      case CR_SSL_CONNECTION_ERROR:
        return Failure(
          .unavailable, "TLS with the server did not come about; see the ssl_ parameters of its address (\(said))",
          native: native)
      case CR_CONNECTION_ERROR, CR_CONN_HOST_ERROR, CR_UNKNOWN_HOST, CR_SOCKET_CREATE_ERROR:
        return Failure(
          .unavailable, "MySQL cannot be reached; see that it runs and listens there (\(said))", native: native)
      case CR_SERVER_GONE_ERROR, CR_SERVER_LOST, CR_SERVER_LOST_EXTENDED:
        return Failure(.unavailable, "The connection to the server was lost (\(said))", native: native)
      case CR_OUT_OF_MEMORY:
        return Failure(.backend, "libmariadb is out of memory", native: native)
      case CR_VERSION_ERROR, CR_MALFORMED_PACKET, CR_SERVER_HANDSHAKE_ERR, CR_UNKNOWN_ERROR:
        return unexpected
      default:
        return Failure(.backend, "The server answered with an error (\(said))", native: native)
      }
    }

    /// An answer that the question does not have.
    static var unexpected: Failure { Failure(.backend, "What answers at the database's address is no MySQL") }

    static var late: Failure {
      Failure(.timeout, "The server did not answer until the time for the call was over")
    }

    /// Two that want the same rows: the statement was undone and may be tried again.
    static func isContention(_ error: UInt32) -> Bool { error == 1205 || error == 1213 || error == 1020 }

    /// A row with such a key is there.
    static var duplicate: UInt32 { 1062 }

    /// It ended before all of the answer had come.
    static var lost: UInt32 { UInt32(CR_SERVER_LOST) }

    /// Not all of it could be sent.
    static var unsent: UInt32 { UInt32(CR_SERVER_GONE_ERROR) }

    /// A statement that this server does not know, or does not allow with a binary log of statements.
    static func isUnknown(_ error: UInt32) -> Bool { error == 1064 || error == 1235 || error == 1665 }

    /// Errors after which the next call may have the connection; after all others a new one finds out anew.
    static func leavesConnection(_ error: UInt32) -> Bool {
      isContention(error) || error == duplicate || error == 1406
    }

    /// The connection is of no use, and another one may be.
    static func isLoss(_ error: UInt32) -> Bool {
      switch Int32(truncatingIfNeeded: error) {
      case CR_SERVER_GONE_ERROR, CR_SERVER_LOST, CR_SERVER_LOST_EXTENDED, 1053, 1152, 1317, 1927, 3168, 4031: true
      default: false
      }
    }

    /// What came was no answer, so nobody knows whether the statement was done.
    static func isNoAnswer(_ error: UInt32) -> Bool {
      switch Int32(truncatingIfNeeded: error) {
      case CR_MALFORMED_PACKET, CR_UNKNOWN_ERROR: true
      default: false
      }
    }

    /// Nothing listens there, or nobody knows where it is.
    static func isUnreached(_ error: UInt32) -> Bool {
      switch Int32(truncatingIfNeeded: error) {
      case CR_CONNECTION_ERROR, CR_CONN_HOST_ERROR, CR_UNKNOWN_HOST, CR_SOCKET_CREATE_ERROR: true
      default: false
      }
    }

    /// What was prepared is not there any more: nothing was done, and a new connection finds out anew.
    static func isStale(_ failure: Failure) -> Bool {
      switch failure.native {
      case 1146, 1054, 1243, 1615, 1364: true
      default: false
      }
    }
  }
#endif
