// SPDX-License-Identifier: Apache-2.0
#if MySQL
  internal import Stores
  internal import Support

  extension MySQLLink {
    /// Removes at most `batch` dead rows, and passes over those that somebody has locked: how many. Nil on a server that
    /// has no SKIP LOCKED.
    ///
    /// MariaDB waits for the locks where the same is one DELETE with a SELECT within it. READ COMMITTED keeps no lock on
    /// rows that are alive. What fails is undone with the connection.
    func sweep(_ table: String, _ batch: Int, now: Int64, _ deadline: Deadline) throws(Failure) -> Int? {
      try run("SET TRANSACTION ISOLATION LEVEL READ COMMITTED", deadline)
      try run("START TRANSACTION", deadline)
      do throws(Failure) {
        let removed = try removeDead(table, batch, now, deadline)
        try run("COMMIT", deadline)
        return removed
      } catch {
        guard MySQLFailure.isUnknown(self.error) else { throw error }
        try run("ROLLBACK", deadline)
        return nil
      }
    }

    private func removeDead(_ table: String, _ batch: Int, _ now: Int64, _ deadline: Deadline) throws(Failure) -> Int {
      let time = String(decoding: NaiveTime.bytes(now), as: UTF8.self)
      let numbers = try numbers(
        "SELECT id FROM \(table) WHERE expiry <= '\(time)' OR expiry IS NULL LIMIT \(batch) FOR UPDATE SKIP LOCKED",
        atMost: batch, deadline)
      guard let first = numbers.first else { return 0 }
      var delete: Message = "DELETE FROM \(table) WHERE id IN (\(first)"
      for number in numbers.dropFirst() { delete = delete + ",\(number)" }
      try run(delete + ")", deadline)
      return numbers.count
    }
  }
#endif
