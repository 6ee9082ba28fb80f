// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  internal import Support

  /// The name of the session table and how it is made, the same on every connection.
  struct PostgreSQLTable: Sendable {
    /// As an identifier in a statement, with its schema.
    let quoted: String
    /// What gives the ids of a table that has none of its own.
    let sequence: String?
    let largestRecord: Int

    init(_ options: PostgreSQLOptions) {
      let schema = options.common.schema.map { SQLName.quoted($0) + "." } ?? ""
      quoted = schema + SQLName.quoted(options.common.table)
      sequence = options.sequence.map { SQLName.quoted($0) }
      largestRecord = options.common.largestRecord
    }

    /// Flask-SQLAlchemy's table but for a wider id, a collation that no update of the system changes, and an index for
    /// sweeps.
    var making: [String] {
      let id = sequence == nil ? "BIGSERIAL" : ("BIGINT DEFAULT \(newID)" as Message).text
      let make: Message =
        "CREATE TABLE \(quoted) (id \(id) PRIMARY KEY, session_id VARCHAR(255) COLLATE \"C\" UNIQUE, data BYTEA, "
        + "expiry TIMESTAMP)"
      let before = sequence.map { [("CREATE SEQUENCE IF NOT EXISTS \($0)" as Message).text] }
      return (before ?? []) + [make.text, makingIndex("expiry")]
    }

    func makingIndex(_ column: StaticString) -> String { ("CREATE INDEX ON \(quoted) (\(column))" as Message).text }

    /// What an administrator runs; short, so that a message has room for it.
    var makingByHand: String {
      let make: Message =
        "CREATE TABLE \(quoted) (id BIGSERIAL PRIMARY KEY, session_id VARCHAR(255) UNIQUE, data BYTEA, "
        + "expiry TIMESTAMP); "
      return make.text + makingIndex("expiry")
    }

    /// The id of a new row where the table has none of its own.
    var newID: String {
      let id: Message =
        if let sequence { "nextval(\(literal(sequence)))" } else {
          "(SELECT coalesce(max(id), 0) + 1 FROM \(quoted))"
        }
      return id.text
    }

    /// A text as a statement has it.
    func literal(_ text: String) -> String { SQLName.quoted(Text(text), 0x27) }
  }
#endif
