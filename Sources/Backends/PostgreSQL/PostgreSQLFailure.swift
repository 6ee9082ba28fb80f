// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  internal import Support

  /// What the errors of a server, and of libpq, mean to a caller.
  struct PostgreSQLFailure {
    /// The setting that has the address.
    let setting: StaticString

    /// - Parameters:
    ///   - state: the five characters of SQLSTATE.
    ///   - said: the server's sentence.
    ///   - name: of the column, type or constraint that it is about.
    func make(_ state: [UInt8], _ said: [UInt8], name: [UInt8]? = nil) -> Failure {
      let sentence: Message = "\(String(decoding: state, as: UTF8.self)): \(ServerText.shown(said.prefix(100)))"
      let name = name.map { ServerText.shown($0.prefix(100)) }
      let said = name.map { (sentence + ", \($0)").text } ?? sentence.text
      switch state[...] {
      case "28000", "28P01":
        return Failure(.auth, "PostgreSQL refuses the user or the password of \(setting) (\(said))")
      case "42501":
        return Failure(
          .auth,
          "PostgreSQL does not allow the user of \(setting) what sessions need: SELECT, INSERT, UPDATE and DELETE on the "
            + "table, and USAGE of its schema and of its sequence (\(said))")
      case "3D000": return Failure(.config, "PostgreSQL has no database of the name in \(setting)")
      case "3F000": return Failure(.config, "PostgreSQL has no schema of the name in the settings; make it first")
      case "42P01": return Failure(.config, "PostgreSQL has no table of sessions of the name in the settings")
      case "22001":
        return Failure(.config, "A column of the session table is too narrow: session_id has to be VARCHAR(255)")
      case "22021", "22P05":
        return Failure(.argument, "A key is no text that the database can hold (\(said))")
      case "25006":
        return Failure(
          .unavailable, "PostgreSQL takes no writes, as a replica does; \(setting) must name the primary (\(said))")
      case "40001", "40P01", "55P03":
        return Failure(.timeout, "PostgreSQL kept refusing a write for the sake of others (\(said))")
      case "57014":
        return Failure(.timeout, "PostgreSQL cancelled a statement: see its statement_timeout (\(said))")
      case "53300": return Failure(.unavailable, "PostgreSQL has as many connections as it takes (\(said))")
      case "57P01", "57P02", "57P03", "57P04", "57P05":
        return Failure(.unavailable, "PostgreSQL does not serve requests now (\(said))")
      case "54000": return Failure(.tooLarge, "The session is larger than PostgreSQL takes (\(said))")
      case "23502":
        guard let name else { break }
        return Failure(
          .config,
          "The column \(name) of the session table takes no NULL, and sessions have no value for it: give it a DEFAULT, or "
            + "ALTER TABLE ... ALTER \(name) DROP NOT NULL (\(said))")
      default: break
      }
      if PostgreSQLFailure.isOfTheTable(state) {
        return Failure(.backend, "PostgreSQL could not run a statement: is the table one of sessions? (\(said))")
      }
      if state.starts(with: [0x30, 0x38]) {
        return Failure(.unavailable, "The connection to PostgreSQL was lost (\(said))")
      }
      return Failure(.backend, "PostgreSQL answered with an error (\(said))")
    }

    /// Whether an error is one that a table as it was found does not give.
    static func isOfTheTable(_ state: [UInt8]) -> Bool {
      switch state[...] {
      case "22007", "22008", "22P02", "23502", "42703", "42804", "42809", "42846", "42883", "42P10": true
      default: false
      }
    }

    /// Of a connection that could not be made.
    ///
    /// - Parameters:
    ///   - message: libpq's, with everything (PQERRORS_VERBOSE).
    ///   - server: its host and port.
    func connecting(_ message: [UInt8], _ server: String) -> Failure {
      guard let (state, said) = PostgreSQLFailure.parts(message) else {
        // libpq's own words begin with the server, which we have said.
        let colon = PostgreSQLFailure.place(of: "failed: ", in: message[...])
        let reason = ServerText.shown(message[(colon ?? message.startIndex)...].prefix(100))
        return Failure(.unavailable, "PostgreSQL at \(server) cannot be reached: \(reason)")
      }
      if state.starts(with: [0x30, 0x38]) {
        // PgBouncer has one code for everything.
        if ServerText.starts(said, "no such database") { return make(Array("3D000".utf8), said) }
        for refusal in ["password authentication failed", "no such user", "auth", "SASL"] as [StaticString]
        where ServerText.starts(said, refusal) {
          return make(Array("28P01".utf8), said)
        }
      }
      return make(state, said)
    }

    /// An answer of a kind that no statement of ours has.
    var unexpected: Failure { Failure(.backend, "The server at \(setting) did not answer as PostgreSQL does") }

    var memory: Failure { Failure(.backend, "libpq is out of memory") }

    var lost: Failure { Failure(.unavailable, "The connection to PostgreSQL was lost") }

    /// `...FATAL:  28P01: sentence`, whatever the language of the first word.
    private static func parts(_ message: [UInt8]) -> (state: [UInt8], said: [UInt8])? {
      var rest = message[...]
      while let place = place(of: ":  ", in: rest) {
        rest = rest[place...]
        let state = rest.prefix(5)
        if state.count == 5, rest.dropFirst(5).starts(with: [0x3A, 0x20]),
          state.allSatisfy({ 0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 })
        {
          return (Array(state), Array(rest.dropFirst(7)))
        }
      }
      return nil
    }

    /// The place behind the first of such words.
    private static func place(of words: StaticString, in bytes: ArraySlice<UInt8>) -> Int? {
      words.withUTF8Buffer { words in
        bytes.indices.first { bytes[$0...].starts(with: words) }.map { $0 + words.count }
      }
    }
  }
#endif
