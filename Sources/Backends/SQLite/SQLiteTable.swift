// SPDX-License-Identifier: Apache-2.0
#if SQLite
  internal import Support

  /// Flask-Session's table, whoever made it, and what we add to it.
  struct SQLiteTable: Sendable {
    let name: Text
    /// As an identifier in a statement.
    let quoted: String

    init(_ name: Text) {
      self.name = name
      quoted = SQLName.quoted(name)
    }

    /// As Flask-SQLAlchemy makes it, and an index for sweeps.
    var making: [Message] {
      [
        "CREATE TABLE IF NOT EXISTS \(quoted) (\n\tid INTEGER NOT NULL, \n\tsession_id VARCHAR(255), \n\tdata BLOB, "
          + "\n\texpiry DATETIME, \n\tPRIMARY KEY (id), \n\tUNIQUE (session_id)\n)",
        "CREATE INDEX IF NOT EXISTS \(index("expiry")) ON \(quoted) (expiry)",
      ]
    }

    /// Gives a row when the table has an index that begins with the id; one that was made by hand may have none.
    var findingIndex: Message {
      "SELECT 1 FROM pragma_index_list(\(SQLName.quoted(name, 0x27))) AS list, pragma_index_info(list.name) AS info"
        + " WHERE info.seqno = 0 AND info.name = 'session_id'"
    }

    var makingIndex: Message {
      "CREATE INDEX IF NOT EXISTS \(index("session_id")) ON \(quoted) (session_id)"
    }

    private func index(_ column: String) -> String {
      SQLName.quoted(Text("swiftsession_" + name.string + "_" + column))
    }
  }
#endif
