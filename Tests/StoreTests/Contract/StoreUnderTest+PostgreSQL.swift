// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import Backends
  import Foundation
  import Support

  extension StoreUnderTest {
    /// One store over TCP and one over a socket, on a table of their own, which they make.
    static var postgresql: StoreUnderTest {
      StoreUnderTest(testDescription: "postgresql", takesAnyKey: false, largestRecord: 1 << 20) {
        let server = try PostgreSQLServer.shared.get()
        return try bed(server, host: server.tcp, PostgreSQLServer.freeTable())
      }
    }

    /// One store through PgBouncer in transaction mode, one past it.
    static var pgbouncer: StoreUnderTest {
      StoreUnderTest(testDescription: "pgbouncer", takesAnyKey: false, largestRecord: 1 << 20) {
        let server = try PostgreSQLServer.shared.get()
        return try bed(server, host: "127.0.0.1:\(PgBouncer.shared.get().port)", PostgreSQLServer.freeTable())
      }
    }

    /// A table that gives no ids and lets one session have several rows; one store through PgBouncer.
    static var handmadeTable: StoreUnderTest {
      StoreUnderTest(testDescription: "postgresql, a handmade table", takesAnyKey: false, largestRecord: 1 << 20) {
        let server = try PostgreSQLServer.shared.get()
        let table = PostgreSQLServer.freeTable()
        try server.sql(
          "CREATE TABLE public.\(table) (id integer PRIMARY KEY NOT NULL, session_id varchar(255), data bytea, expiry timestamp)"
        )
        return try bed(server, host: "127.0.0.1:\(PgBouncer.shared.get().port)", table)
      }
    }

    private static func bed(_ server: PostgreSQLServer, host: String, _ table: String) throws -> Bed {
      Bed(
        PostgreSQLStore(try server.options(table: table, host: host)),
        other: PostgreSQLStore(try server.options(table: table)))
    }
  }
#endif
