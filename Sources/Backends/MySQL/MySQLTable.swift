// SPDX-License-Identifier: Apache-2.0
#if MySQL
  internal import Support

  /// Flask-Session's table, whoever made it, and what we make of it where it is missing.
  struct MySQLTable: Sendable {
    /// As statements have it: `` `schema`.`table` ``.
    let quoted: String

    init(_ options: MySQLOptions) {
      let table = SQLName.quoted(options.table, 0x60)
      quoted = options.schema.map { SQLName.quoted($0, 0x60) + "." + table } ?? table
    }

    /// Flask-Session's columns. The id is bytes, so that no collation takes two ids for one, and the data may be longer
    /// than the 65,535 bytes of its BLOB.
    var making: Message {
      "CREATE TABLE IF NOT EXISTS \(quoted) (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, session_id VARBINARY(255)"
        + " UNIQUE, data MEDIUMBLOB, expiry DATETIME, INDEX (expiry)) ENGINE=InnoDB"
    }

    /// Its columns and their keys are in the answer, and no row.
    var describing: Message { "SELECT * FROM \(quoted) LIMIT 0" }

    func makingIndex(_ column: StaticString) -> Message {
      "CREATE INDEX swiftsession_\(column) ON \(quoted) (\(column))"
    }
  }
#endif
