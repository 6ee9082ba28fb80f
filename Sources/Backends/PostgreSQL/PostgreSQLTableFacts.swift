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
    /// As PostgreSQLColumn.check takes them, in its order.
    private let columns: [[UInt8]?]

    /// No row where there is no table.
    static func asking(_ table: PostgreSQLTable) -> String {
      PostgreSQLTemplate.filled(
        """
        SELECT {index} 'session_id' AND i.indisunique AND i.indimmediate AND i.indnkeyatts = 1), \
        EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'id' AND NOT a.attisdropped \
        AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''), \
        {index} 'session_id'), {index} 'expiry'), \
        {right} t.typcategory = 'S' {else} 'session_id'), {right} {output} IN ('byteaout') {else} 'data'), \
        {right} {output} IN ('timestamp_out', 'timestamptz_out') {else} 'expiry') \
        FROM pg_class c WHERE c.oid = to_regclass({name})
        """
      ) { (name) -> Text in
        switch name {
        case "index":
          """
          EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] \
          WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL AND a.attname =
          """
        case "right": "(SELECT CASE WHEN"
        // A domain has the category and the output function of its type, however many there are in between.
        case "output": "(SELECT p.proname FROM pg_proc p WHERE p.oid = t.typoutput)"
        case "else":
          """
          THEN '' ELSE t.typcategory::text || left(format_type(a.atttypid, a.atttypmod), 40) END FROM pg_attribute a \
          JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = c.oid AND NOT a.attisdropped AND a.attname =
          """
        default: Text(table.literal(table.quoted))
        }
      }
    }

    /// Before anybody asked.
    static var unknown: PostgreSQLTableFacts { PostgreSQLTableFacts() }

    private init() {
      (isUnique, needsID, hasKeyIndex, hasExpiryIndex) = (false, false, false, false)
      columns = []
    }

    /// Of the answer's row; nil where there is none.
    init?(_ row: [[UInt8]?]) {
      guard row.count == 4 + PostgreSQLColumn.allCases.count else { return nil }
      (isUnique, needsID) = (row[0] == [1], row[1] == [1])
      (hasKeyIndex, hasExpiryIndex) = (row[2] == [1], row[3] == [1])
      columns = Array(row[4...])
    }

    /// CONFIG for a table that cannot hold sessions.
    func check(_ table: PostgreSQLTable) throws(Failure) {
      for (column, found) in zip(PostgreSQLColumn.allCases, columns) { try column.check(found, of: table) }
    }
  }
#endif
