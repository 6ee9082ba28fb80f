// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  internal import Support

  /// The statements of the store, each sent with its parameters and kept nowhere: a pooler may give every one another
  /// connection.
  ///
  /// A row lives while its expiry is later than now and its data is not NULL. Where a table lets one id have several rows
  /// the one that expires last counts, and writes and removes touch all.
  ///
  /// Times are text with `+00`, of no declared type: the column's own type reads them, and means UTC in either case,
  /// whatever the TimeZone of the session.
  enum PostgreSQLStatement: Int, CaseIterable {
    /// `$1` is the key, `$2` now.
    case load, loadWithTime
    /// `$1` is the key, `$2` the record, `$3` its expiry, `$4` now.
    case create
    /// `$1` is the key, `$2` now. For a table without a unique id, before `insert`.
    case removeDead
    /// `$1` is the key, `$2` the record, `$3` its expiry.
    case insert
    /// `$1` is the key, `$2` now, `$3` the record that the token is of, `$4` the new record, `$5` its expiry.
    case replace
    /// `$1` is the key, `$2` now, `$3` the new expiry.
    case touch, refresh
    /// `$1` is the key.
    case remove
    /// `$1` is the key, `$2` now, `$3` the record that the token is of.
    case removeWithToken
    /// `$1` is now, `$2` how many. By the index, and without waiting for those who write or sweep too.
    case sweep
    /// `$1` is how many.
    case sweepNull
    /// `$1` is the last key before, `$2` how many. One value, with a zero byte between two keys.
    case list
    case ping
    case begin, commit
    /// `$1` is what calls take turns for: a key, or nothing for the whole table.
    case lock

    func text(_ table: PostgreSQLTable, _ facts: PostgreSQLTableFacts) -> String {
      PostgreSQLTemplate.filled(facts.isUnique ? one : several ?? one) { (name) -> Text in
        switch name {
        // A column that folds case would find other ids; the first half is for the index.
        case "its": "session_id = $1 AND session_id COLLATE \"C\" = $1"
        case "live": "{its} AND expiry > $2 AND data IS NOT NULL"
        case "last": facts.isUnique ? "{live}" : "{live} ORDER BY expiry DESC LIMIT 1"
        case "data": Text(("CASE WHEN octet_length(data) <= \(table.largestRecord) THEN data END" as Message).text)
        case "columns": facts.needsID ? "id, session_id, data, expiry" : "session_id, data, expiry"
        case "values": facts.needsID ? Text(table.newID + ", $1, $2, $3") : "$1, $2, $3"
        case "name": Text(table.literal(table.quoted))
        default: Text(table.quoted)
        }
      }
    }

    /// Where an id has one row. The comparison with the token is with the row itself: a look at the table would not be
    /// made again after waiting for somebody else's write.
    private var one: StaticString {
      switch self {
      case .load: "SELECT {data} FROM {table} WHERE {last}"
      case .loadWithTime:
        "SELECT {data}, ceil(least(extract(epoch FROM expiry), 1e12))::bigint FROM {table} WHERE {last}"
      case .create:
        """
        INSERT INTO {table} AS its ({columns}) VALUES ({values}) ON CONFLICT (session_id) DO UPDATE \
        SET data = excluded.data, expiry = excluded.expiry WHERE its.session_id COLLATE "C" = $1 \
        AND (its.expiry <= $4 OR its.expiry IS NULL OR its.data IS NULL)
        """
      case .removeDead: "DELETE FROM {table} WHERE {its} AND (expiry <= $2 OR expiry IS NULL OR data IS NULL)"
      case .insert:
        "INSERT INTO {table} ({columns}) SELECT {values} WHERE NOT EXISTS (SELECT FROM {table} WHERE {its})"
      case .replace: "UPDATE {table} SET data = $4, expiry = $5 WHERE {live} AND data = $3"
      case .touch: "UPDATE {table} SET expiry = $3 WHERE {live}"
      case .refresh: "UPDATE {table} SET expiry = $3 WHERE {live} RETURNING {data}"
      case .remove: "DELETE FROM {table} WHERE {its}"
      case .removeWithToken: "DELETE FROM {table} WHERE {live} AND data = $3"
      case .sweep:
        """
        DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE expiry <= $1 ORDER BY expiry \
        LIMIT $2 FOR UPDATE SKIP LOCKED))
        """
      case .sweepNull:
        """
        DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE expiry IS NULL ORDER BY expiry \
        LIMIT $1 FOR UPDATE SKIP LOCKED))
        """
      case .list:
        """
        SELECT string_agg(convert_to(session_id, 'UTF8'), decode('00', 'hex') ORDER BY session_id) FROM (SELECT \
        session_id FROM {table} WHERE session_id > $1 AND octet_length(session_id) <= 255 ORDER BY session_id LIMIT $2) \
        AS listed
        """
      case .ping: "SELECT 1 FROM {table} LIMIT 1"
      // Each statement sees what was committed before it began, whatever the server's default is.
      case .begin: "BEGIN ISOLATION LEVEL READ COMMITTED"
      case .commit: "COMMIT"
      case .lock: "SELECT pg_advisory_xact_lock({name}::regclass::oid::int4, hashtext($1))"
      }
    }

    /// Where it may have several, and the caller has the turn.
    private var several: StaticString? {
      switch self {
      case .replace:
        "UPDATE {table} SET data = $4, expiry = $5 WHERE {its} AND (SELECT data FROM {table} WHERE {last}) = $3"
      case .touch:
        """
        UPDATE {table} SET expiry = $3 WHERE {its} \
        AND (tableoid, ctid) = (SELECT tableoid, ctid FROM {table} WHERE {last})
        """
      case .refresh:
        """
        UPDATE {table} SET expiry = $3 WHERE {its} \
        AND (tableoid, ctid) = (SELECT tableoid, ctid FROM {table} WHERE {last}) RETURNING {data}
        """
      case .removeWithToken:
        "DELETE FROM {table} WHERE {its} AND (SELECT data FROM {table} WHERE {last}) = $3"
      default: nil
      }
    }
  }
#endif
