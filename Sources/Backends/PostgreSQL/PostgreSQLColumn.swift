// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  internal import Support

  /// A column that a table of sessions must have, and what to do where it is not as it must be.
  enum PostgreSQLColumn: CaseIterable {
    case key, data, expiry

    private var name: StaticString {
      switch self {
      case .key: "session_id"
      case .data: "data"
      case .expiry: "expiry"
      }
    }

    private var type: StaticString {
      switch self {
      case .key: "VARCHAR(255)"
      case .data: "BYTEA"
      case .expiry: "TIMESTAMP"
      }
    }

    /// CONFIG where the column cannot hold what it is for.
    ///
    /// - Parameter found: nothing where the column is right, else the category of its type (pg_type.typcategory) and the
    ///   type's name; nil where there is no such column.
    func check(_ found: [UInt8]?, of table: PostgreSQLTable) throws(Failure) {
      guard let found else {
        throw Failure(
          .config,
          "The session table has no column \(name): name another table, or run: ALTER TABLE \(table.quoted) ADD \(name) "
            + "\(type)")
      }
      guard let category = found.first else { return }
      let type = String(decoding: found.dropFirst(), as: UTF8.self)
      throw Failure(
        .config,
        "The column \(name) is of type \(type), with which sessions are lost; run: ALTER TABLE \(table.quoted) ALTER "
          + "\(name) TYPE \(self.type) USING \(conversion(category))")
    }

    /// What keeps the rows that are there, where they can be kept.
    private func conversion(_ category: UInt8) -> StaticString {
      let isText = category == 0x53
      let isNumber = category == 0x4E
      return switch self {
      case .key: "session_id::text"
      case .data: isText ? "data::bytea" : "convert_to(data::text, 'UTF8')"
      case .expiry: isNumber ? "to_timestamp(expiry) AT TIME ZONE 'UTC'" : "expiry::timestamp"
      }
    }
  }
#endif
