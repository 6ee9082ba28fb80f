// SPDX-License-Identifier: Apache-2.0
#if MySQL
  import Backends
  import Foundation
  import Support

  extension StoreUnderTest {
    /// A table of ours, one of Flask-Session's, and one as made by hand: no key but `id`, which has no default.
    static var mysql: [StoreUnderTest] {
      [
        StoreUnderTest(testDescription: "mysql", largestRecord: 1 << 20) {
          try bed(nil)
        },
        StoreUnderTest(testDescription: "mysql, Flask-Session's table", takesAnyKey: false, largestRecord: 65_535) {
          try bed(
            "id INTEGER NOT NULL AUTO_INCREMENT, session_id VARCHAR(255), data BLOB, expiry DATETIME, "
              + "PRIMARY KEY (id), UNIQUE (session_id)")
        },
        StoreUnderTest(testDescription: "mysql, a table without keys", takesAnyKey: false, largestRecord: 65_535) {
          try bed("id integer PRIMARY KEY NOT NULL, session_id varchar(255), data blob, expiry datetime")
        },
      ]
    }

    /// One store over TCP and one over a socket.
    private static func bed(_ columns: String?) throws -> Bed {
      let server = try MySQLServer.shared.get()
      let table = MySQLServer.newTable()
      if let columns { try server.sql("CREATE TABLE TABLE_NAME (\(columns))", table: table) }
      return Bed(
        MySQLStore(server.options(table: table)), other: MySQLStore(server.options(table: table, local: true)))
    }
  }
#endif
