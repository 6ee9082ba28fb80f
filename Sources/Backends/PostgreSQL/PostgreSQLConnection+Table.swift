// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  internal import Stores
  internal import Support

  extension PostgreSQLConnection {
    /// Looks at the table, and makes it where there is none.
    func findTable(_ deadline: Deadline) throws(Failure) {
      // Of processes that make it at once all but one fail, and then find it.
      for isLast in [false, false, true] {
        if let found = try PostgreSQLTableFacts(ask(deadline)) {
          try found.check(table)
          facts = found
          return
        }
        do throws(Failure) {
          try make(table.making, byHand: table.makingByHand, deadline)
        } catch {
          guard error.status == .backend, isReusable, !isLast else { throw error }
        }
      }
      throw failure.unexpected
    }

    /// After an answer that a table as it was found does not give: it may have been altered since.
    func findTableAgain(_ deadline: Deadline) throws(Failure) {
      try leaveTransaction(deadline)
      try findTable(deadline)
    }

    private func ask(_ deadline: Deadline) throws(Failure) -> [[UInt8]?] {
      try run(once: [PostgreSQLTableFacts.asking(table)], deadline).first?.row ?? []
    }

    /// Adds the indexes that a table of another maker lacks.
    func makeIndexes(_ deadline: Deadline) throws(Failure) {
      for (column, isThere) in [("session_id", facts.hasKeyIndex), ("expiry", facts.hasExpiryIndex)]
        as [(StaticString, Bool)]
      where !isThere {
        let text = table.makingIndex(column)
        try make([text], byHand: text, deadline)
      }
    }

    private func make(_ texts: [String], byHand: String, _ deadline: Deadline) throws(Failure) {
      do throws(Failure) {
        _ = try run(once: texts, deadline)
      } catch {
        guard error.status == .auth else { throw error }
        throw Failure(.config, "No table of sessions, and no right to make it; run: \(byHand)")
      }
    }
  }
#endif
