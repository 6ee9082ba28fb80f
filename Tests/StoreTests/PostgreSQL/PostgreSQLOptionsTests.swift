// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import Backends
  import Settings
  import Stores
  import Support
  import Testing

  @Suite struct PostgreSQLOptionsTests {
    private func options(_ url: String, _ others: [(Text, Text)] = []) throws -> PostgreSQLOptions {
      var settings = Settings()
      try settings.set("SESSION_TYPE", text: "postgresql")
      try settings.set("SESSION_POSTGRESQL", text: Text(url))
      for (name, value) in others { try settings.set(name, text: value) }
      return try PostgreSQLOptions(settings)
    }

    private func failure(_ url: String) throws -> Failure? {
      do {
        _ = try options(url)
        return nil
      } catch { return error as? Failure }
    }

    @Test(arguments: [
      ("postgresql://u@h/d", "h u - d"), ("postgres://u:p%40%27@h:1/d%20e", "h:1 u p@' d e"),
      ("postgresql+psycopg2://u@a,b:2/d", "a b:2 u - d"), ("postgresql+asyncpg://u@[::1]:3/d", "::1:3 u - d"),
      ("postgresql://u@/d?host=/run/pg", "/run/pg u - d"), ("postgresql://u@%2Frun%2Fpg:7/d", "/run/pg:7 u - d"),
      ("postgresql://u@/d?host=/run/pg&port=8", "/run/pg:8 u - d"),
      ("postgresql://u@/d?host=a:1&host=b:2", "a:1 b:2 u - d"),
      ("postgresql://u@/d?host=a,b&port=1,2", "a:1 b:2 u - d"),
      ("postgresql://u@/d?host=a,b&port=5", "a:5 b:5 u - d"), ("postgresql://u@/d?host=::1", "::1 u - d"),
    ])
    func addresses(_ url: String, _ expected: String) throws {
      let options = try options(url)
      let password = options.password.map { $0.withBytes { String(decoding: $0, as: UTF8.self) } }
      let hosts = options.hosts.map { "\($0.name.string)\($0.port.map { ":\($0)" } ?? "")" }.joined(separator: " ")
      #expect("\(hosts) \(options.user.string) \(password ?? "-") \(options.database.string)" == expected)
    }

    @Test(arguments: [
      ("postgresql://h/d", Status.config), ("postgresql://u@/d", .config), ("postgresql://u@h", .config),
      ("postgresql://u@h/", .config), ("postgresql://u@h/d?host=a", .config), ("postgresql://u@h/d?port=1", .config),
      ("postgresql://u@/d?host=a,b,c&port=1,2", .config), ("postgresql://u@/d?host=a:0", .config),
      ("postgresql://u@/d?host=a:1&port=2", .config), ("postgresql://u@/d?host=", .config),
      ("postgresql://u@h/d?sslmode=on", .config), ("postgresql://u@h/d?sslmode=verify-full", .config),
      ("postgresql://u@h/d?target_session_attrs=standby", .config), ("postgresql://u@h/d?service=x", .config),
      ("postgresql://u@h/d?sslmode=require&sslmode=disable", .config), ("postgresql://u@h/d?passfile=/x", .config),
      ("postgresql://u@h/d?connect_timeout=x", .config), ("mysql://u@h/d", .unsupported),
    ])
    func whatCannotBeUsed(_ url: String, _ status: Status) throws {
      #expect(try failure(url)?.status == status)
    }

    @Test func theOtherSettings() throws {
      let options = try options(
        "postgresql://u@h/d?sslmode=verify-ca&sslrootcert=/a&connect_timeout=3&client_encoding=utf8&options=-csearch_path=x",
        [
          ("SESSION_POOL_SIZE", "3"), ("SESSION_POOL_IDLE", "1.5"), ("SESSION_TOUCH_INTERVAL", "5"),
          ("SESSION_POSTGRESQL_TABLE", "t"), ("SESSION_POSTGRESQL_SCHEMA", "s"), ("SESSION_SQLALCHEMY_TABLE", "no"),
          ("SESSION_SQLALCHEMY_SEQUENCE", "no"),
        ])
      #expect(options.common.poolSize == 3 && options.common.idleTime == 1_500)
      #expect(options.common.table == "t" && options.common.schema == "s" && options.sequence == nil)
      #expect(options.common.connectTimeout == 3_000)
      #expect(
        options.parameters.map { "\($0.name)=\($0.value.string)" } == [
          "sslmode=verify-ca", "sslrootcert=/a", "options=-csearch_path=x",
        ])
      #expect(throws: Failure.self) { try PostgreSQLOptions(Settings()) }
    }

    @Test(arguments: ["postgresql://u@h/d", "postgres://u@h/d", "postgresql+psycopg2://u@h/d"])
    func anAddressOfSQLAlchemy(_ url: String) throws {
      for name in ["SESSION_SQLALCHEMY_DATABASE_URI", "SQLALCHEMY_DATABASE_URI"] as [Text] {
        var settings = Settings()
        try settings.set("SESSION_TYPE", text: "sqlalchemy")
        try settings.set(name, text: Text(url))
        try settings.set("SESSION_SQLALCHEMY_TABLE", text: "t")
        try settings.set("SESSION_SQLALCHEMY_SCHEMA", text: "s")
        try settings.set("SESSION_SQLALCHEMY_SEQUENCE", text: "q")
        #expect(try Backend.store(settings) is PostgreSQLStore)
        let options = try PostgreSQLOptions(settings)
        #expect(options.common.table == "t" && options.common.schema == "s" && options.sequence == "q")
      }
    }
  }
#endif
