// SPDX-License-Identifier: Apache-2.0
package import Support

extension ConnectionPool where Connection: DoubtfulConnection {
  /// Runs a call that may be made twice: once more where a connection broke that had stood before.
  package func useRepeatedly<Result>(
    _ deadline: Deadline, open: () throws(Failure) -> Connection, _ body: (Connection) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var isLost = false
    do throws(Failure) {
      return try use(deadline, open: open) { (connection) throws(Failure) in
        defer { isLost = connection.isLost }
        return try body(connection)
      }
    } catch {
      guard isLost, !deadline.hasPassed else { throw error }
    }
    return try use(deadline, open: open, body)
  }

  /// Runs a call that is never made again: where the answer did not come, nobody knows what happened.
  package func useOnce<Result>(
    _ deadline: Deadline, orElse unknown: Result, open: () throws(Failure) -> Connection,
    _ body: (Connection) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try use(deadline, open: open) { (connection) throws(Failure) in
      do throws(Failure) {
        return try body(connection)
      } catch {
        if connection.isInDoubt { return unknown }
        throw error
      }
    }
  }
}
