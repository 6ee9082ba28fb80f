// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  internal import Support

  /// What a connection found out about the table.
  struct PostgreSQLTableFacts {
    /// Whether no two rows have one id. A table that was made by hand may let them, and then calls on one id take turns.
    let isUnique: Bool
    /// Whether a new row has to be given its `id`.
    let needsID: Bool
    let hasKeyIndex: Bool
    let hasExpiryIndex: Bool

    /// No row where there is no table.
    static func asking(_ table: PostgreSQLTable) -> String {
      PostgreSQLTemplate.filled(
        """
        SELECT {index} 'session_id' AND i.indisunique AND i.indimmediate AND i.indnkeyatts = 1), \
        EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'id' AND NOT a.attisdropped \
        AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''), \
        {index} 'session_id'), {index} 'expiry') FROM pg_class c WHERE c.oid = to_regclass({name})
        """
      ) { (name) -> Text in
        guard name == "index" else { return Text(table.literal(table.quoted)) }
        return """
          EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] \
          WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL AND a.attname =
          """
      }
    }

    /// Before anybody asked.
    static var unknown: PostgreSQLTableFacts { PostgreSQLTableFacts() }

    private init() {
      (isUnique, needsID, hasKeyIndex, hasExpiryIndex) = (false, false, false, false)
    }

    /// Of the answer's row; nil where there is none.
    init?(_ row: [[UInt8]?]) {
      guard row.count == 4 else { return nil }
      (isUnique, needsID) = (row[0] == [1], row[1] == [1])
      (hasKeyIndex, hasExpiryIndex) = (row[2] == [1], row[3] == [1])
    }
  }
#endif
