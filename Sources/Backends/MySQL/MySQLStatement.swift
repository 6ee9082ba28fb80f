// SPDX-License-Identifier: Apache-2.0
#if MySQL
  internal import Support

  /// The statements of the store, each prepared once a connection.
  ///
  /// The index finds an id by the column's collation; what it finds is then compared as bytes. A row lives while its
  /// expiry is later than now and its data is not NULL. Where an id may have several rows the one that expires last
  /// counts, and writes and removes touch all. The times are ours, naive and in UTC: nothing asks the server's clock or
  /// time zone.
  enum MySQLStatement: Int, CaseIterable {
    case load, loadWithTime, create, clash, removeDead, replace, touch, remove, removeWithToken
    /// Waits for the rows that others have locked: `MySQLSweep` does not.
    case sweep
    case list

    private static var dead: StaticString { "expiry <= ? OR expiry IS NULL" }

    /// The id twice where the column is text: for the index, and for a comparison of bytes whatever its charset is.
    private static func its(_ columns: MySQLColumns) -> StaticString {
      columns.keysAreBytes ? "session_id = ?" : "session_id = ? AND BINARY CONVERT(session_id USING utf8mb4) = ?"
    }

    /// - Parameter table: quoted.
    func text(_ table: String, _ columns: MySQLColumns) -> Message {
      let its = MySQLStatement.its(columns)
      let live = ("\(its) AND expiry > ? AND data IS NOT NULL" as Message).text
      let newest =
        ("(SELECT data AS newest FROM \(table) WHERE \(live) ORDER BY expiry DESC LIMIT 1) AS theirs" as Message).text
      switch self {
      case .load:
        return "SELECT data FROM \(table) WHERE \(live) ORDER BY expiry DESC LIMIT 1"
      case .loadWithTime:
        return "SELECT data, CEILING(TIMESTAMPDIFF(MICROSECOND, ?, expiry) / 1000000) FROM \(table)"
          + " WHERE \(live) ORDER BY expiry DESC LIMIT 1"
      case .create:
        return creating(table, columns)
      case .clash:
        return
          "SELECT session_id FROM \(table) WHERE session_id = ? AND NOT BINARY CONVERT(session_id USING utf8mb4) = ?"
          + " LIMIT 1"
      case .removeDead:
        return "DELETE FROM \(table) WHERE session_id = ? AND (\(MySQLStatement.dead) OR data IS NULL)"
      case .replace:
        if columns.isUnique {
          return "UPDATE \(table) SET data = ?, expiry = ? WHERE \(its) AND expiry > ? AND data = ?"
        }
        return "UPDATE \(table) AS s JOIN \(newest) ON theirs.newest = ? SET s.data = ?, s.expiry = ? WHERE \(its)"
      case .touch:
        let update: Message = "UPDATE \(table) SET expiry = ? WHERE \(live)"
        return columns.isUnique ? update : update + " ORDER BY expiry DESC LIMIT 1"
      case .remove:
        return "DELETE FROM \(table) WHERE \(its)"
      case .removeWithToken:
        if columns.isUnique {
          return "DELETE FROM \(table) WHERE \(its) AND expiry > ? AND data = ?"
        }
        return "DELETE s FROM \(table) AS s JOIN \(newest) ON theirs.newest = ? WHERE \(its)"
      case .list:
        return "SELECT session_id FROM \(table) WHERE session_id > ? AND LENGTH(session_id) <= 255"
          + " ORDER BY session_id LIMIT ?"
      case .sweep:
        return "DELETE FROM \(table) WHERE \(MySQLStatement.dead) LIMIT ?"
      }
    }

    /// Where the table does not keep an id from having two rows, the locks of REPEATABLE READ do: of two that find none,
    /// one is the victim of a deadlock, tries again and finds one.
    private func creating(_ table: String, _ columns: MySQLColumns) -> Message {
      guard columns.createsUnlessThere else {
        return "INSERT INTO \(table) (session_id, data, expiry) VALUES (?, ?, ?)"
      }
      let unless = ("WHERE NOT EXISTS (SELECT 1 FROM \(table) WHERE \(MySQLStatement.its(columns)))" as Message).text
      guard columns.needsNumber else {
        return "INSERT INTO \(table) (session_id, data, expiry) SELECT ?, ?, ? FROM DUAL \(unless)"
      }
      return "INSERT INTO \(table) (id, session_id, data, expiry) SELECT last.id + 1, ?, ?, ?"
        + " FROM (SELECT COALESCE(MAX(id), 0) AS id FROM \(table)) AS last \(unless)"
    }
  }
#endif
