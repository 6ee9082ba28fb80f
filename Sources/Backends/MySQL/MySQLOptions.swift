// SPDX-License-Identifier: Apache-2.0
#if MySQL
  package import Stores
  package import Support

  /// Which server, how to log in there, which table, and what its connections may take.
  package struct MySQLOptions: Sendable {
    package var address: SocketAddress
    package var user: Text
    package var password: Secret?
    package var database: Text
    package var table: Text = "sessions"
    /// Another database in which the table is.
    package var schema: Text?
    /// Nil: no TLS.
    package var tls: MySQLTLS?
    package var poolSize = 8
    /// Milliseconds.
    package var connectTimeout: Int64 = 2_000
    /// Milliseconds for which a connection that nobody uses is kept.
    package var idleTime: Int64 = 60_000
    package var largestRecord = 64 << 20

    package init(_ address: SocketAddress, user: Text, password: Secret? = nil, database: Text) {
      (self.address, self.user, self.password, self.database) = (address, user, password, database)
    }
  }
#endif
