// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  package import Settings
  package import Support

  /// Which servers, how to log in there, and which table.
  package struct PostgreSQLOptions: Sendable {
    package var common: DatabaseOptions
    /// At least one; a name that begins with a slash is the folder of a socket.
    package let hosts: [ConnectionHost]
    package let user: Text
    package let password: Secret?
    package let database: Text
    /// What libpq is told besides, by its own names.
    package let parameters: [(name: StaticString, value: Text)]
    /// What gives the ids of a table whose `id` has no default.
    package var sequence: Text?

    /// Longer names are cut by the server.
    package static var largestName: Int { 63 }

    /// What libpq knows and may be said in an address.
    static var known: [StaticString] {
      [
        "application_name", "channel_binding", "keepalives", "keepalives_count", "keepalives_idle",
        "keepalives_interval", "options", "requirepeer", "ssl_max_protocol_version", "ssl_min_protocol_version",
        "sslcert", "sslcrl", "sslkey", "sslmode", "sslpassword", "sslrootcert", "sslsni", "target_session_attrs",
        "tcp_user_timeout",
      ]
    }

    /// CONFIG for what an address must say and does not, and for parameters that are not known.
    package init(_ common: DatabaseOptions) throws(Failure) {
      let reader = PostgreSQLAddress(common)
      self.common = common
      if let time = try reader.connectTimeout() { self.common.connectTimeout = time }
      hosts = try reader.hosts()
      (user, password) = try reader.login()
      database = try reader.database()
      parameters = try reader.parameters()
    }

    /// From SESSION_POSTGRESQL, or from the `postgresql:` address of SESSION_TYPE `sqlalchemy`.
    package init(_ settings: Settings) throws(Failure) {
      try self.init(
        DatabaseOptions(
          settings, own: .postgresql, table: .postgresqlTable, schema: .postgresqlSchema,
          largestName: PostgreSQLOptions.largestName))
      if settings.text(.sessionType) == "sqlalchemy" { sequence = settings.text(.sqlalchemySequence) }
    }
  }
#endif
