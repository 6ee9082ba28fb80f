// SPDX-License-Identifier: Apache-2.0
#if SQLite
  internal import Support

  /// The statements of the store, each prepared once a connection.
  ///
  /// `?1` is the key, `?2` now, `?3` the new expiry, `?4` the new record, `?5` the record that the token is of.
  /// A row lives while its expiry is later than now and its data is not NULL. A table that was made by hand may let one
  /// id have several rows: the one that expires last counts, and writes and removes touch all.
  enum SQLiteStatement: Int, CaseIterable {
    case load, loadWithTime, create, removeDead, replace, touch, remove, removeWithToken, sweep, list, ping, begin,
      commit,
      rollback

    /// - Parameter table: quoted.
    func text(_ table: String) -> Message {
      // A column that folds case would find other ids.
      let its: Message = "session_id = ?1 COLLATE BINARY"
      let live: Message = "\(its) AND expiry > ?2 AND data IS NOT NULL ORDER BY expiry DESC LIMIT 1"
      // Text, should somebody have stored it, is never equal to a blob.
      let unchanged: Message = "(SELECT CAST(data AS BLOB) FROM \(table) WHERE \(live)) = ?5"
      switch self {
      case .load:
        return "SELECT data FROM \(table) WHERE \(live)"
      case .loadWithTime:
        return "SELECT data, strftime('%s', expiry) FROM \(table) WHERE \(live)"
      case .create:
        return "INSERT INTO \(table) (session_id, data, expiry) SELECT ?1, ?4, ?3"
          + " WHERE NOT EXISTS (SELECT 1 FROM \(table) WHERE \(its))"
      case .removeDead:
        return "DELETE FROM \(table) WHERE \(its) AND (expiry <= ?2 OR expiry IS NULL OR data IS NULL)"
      case .replace:
        return "UPDATE \(table) SET data = ?4, expiry = ?3 WHERE \(its) AND \(unchanged)"
      case .touch:
        return "UPDATE \(table) SET expiry = ?3 WHERE rowid = (SELECT rowid FROM \(table) WHERE \(live))"
      case .remove:
        return "DELETE FROM \(table) WHERE \(its)"
      case .removeWithToken:
        return "DELETE FROM \(table) WHERE \(its) AND \(unchanged)"
      case .sweep:
        return "DELETE FROM \(table) WHERE rowid IN"
          + " (SELECT rowid FROM \(table) WHERE expiry <= ?2 OR expiry IS NULL LIMIT ?1)"
      case .list:
        // `?2` is how many.
        return "SELECT session_id FROM \(table) WHERE session_id COLLATE BINARY > coalesce(?1, '')"
          + " AND length(CAST(session_id AS BLOB)) <= 255 ORDER BY session_id COLLATE BINARY LIMIT ?2"
      case .ping:
        return "SELECT 1 FROM \(table) LIMIT 1"
      case .begin:
        return "BEGIN IMMEDIATE"
      case .commit:
        return "COMMIT"
      case .rollback:
        return "ROLLBACK"
      }
    }
  }
#endif
