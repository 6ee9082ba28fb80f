// SPDX-License-Identifier: Apache-2.0
#if MongoDB
  import Settings
  import Stores
  import Support
  import Testing

  @testable import Backends

  @Suite struct MongoDBOptionsTests {
    private func options(_ url: String, _ others: [(Text, Text)] = []) throws -> MongoDBOptions {
      var settings = Settings()
      try settings.set("SESSION_MONGODB", text: Text(url))
      for (name, value) in others { try settings.set(name, text: value) }
      return try MongoDBOptions(settings)
    }

    private func failure(_ url: String, _ others: [(Text, Text)] = []) throws -> Failure? {
      do {
        _ = try options(url, others)
        return nil
      } catch { return error as? Failure }
    }

    /// What libmongoc is given, without what is always there.
    @Test(arguments: [
      ("mongodb://h", "mongodb://h:27017/"), ("mongodb://h:1/", "mongodb://h:1/"),
      ("mongodb://u:p%40%2F@h/db", "mongodb://u:p%40%2F@h:27017/db"),
      ("mongodb://a,b:2,c/?replicaSet=rs0", "mongodb://a:27017,b:2,c:27017/?replicaset=rs0"),
      ("mongodb://[::1]:5/", "mongodb://[::1]:5/"), ("mongodb://%2Frun%2Fm.sock", "mongodb://%2Frun%2Fm.sock/"),
      (
        "mongodb://u:@h/?authSource=x&authMechanism=SCRAM-SHA-256",
        "mongodb://u:@h:27017/?authsource=x&authmechanism=SCRAM-SHA-256"
      ),
      (
        "mongodb://h/?tls=TRUE&tlsCAFile=/etc/ca%20.pem&w=majority&journal=true&retryWrites=true",
        "mongodb://h:27017/?tls=true&tlscafile=%2Fetc%2Fca%20.pem"
      ),
    ])
    func addresses(_ url: String, _ expected: String) throws {
      let address = String(decoding: try options(url).address(connectTimeout: 250), as: UTF8.self)
      let fixed = expected.contains("?") ? "&connectTimeoutMS=250&" : "?connectTimeoutMS=250&"
      #expect(address.hasPrefix(expected + fixed))
      #expect(address.hasSuffix("retryWrites=false"))
    }

    @Test(arguments: [
      ("mongodb://", Status.config), ("mongodb:///x", .config), ("mongodb://u@h", .config), ("mongodb://:p@h", .config),
      ("mongodb://h/?replicaset=", .config), ("mongodb://h/?tls=yes", .config), ("mongodb://h/?w=1", .config),
      ("mongodb://h/?journal=false", .config), ("mongodb://h/?readPreference=secondary", .config),
      ("mongodb://h/?socketTimeoutMS=1", .config), ("mongodb://h/?maxPoolSize=1", .config),
      ("mongodb://h/?compressors=zlib", .config), ("mongodb://h/?nonsense=1", .config),
      ("mongodb://%2Frun%2Fmongodb/", .config), ("mongodb+srv://h/", .unsupported), ("redis://h/", .unsupported),
      ("mongodb://u:p@h/?authMechanism=MONGODB-X509", .unsupported),
    ])
    func whatCannotBeUsed(_ url: String, _ status: Status) throws {
      #expect(try failure(url)?.status == status)
    }

    @Test func theOtherSettings() throws {
      let options = try options(
        "mongodb://h",
        [
          ("SESSION_POOL_SIZE", "3"), ("SESSION_CONNECT_TIMEOUT", "0.25"), ("SESSION_POOL_IDLE", "1.5"),
          ("SESSION_MONGODB_DB", "数据库名称"), ("SESSION_MONGODB_COLLECT", "表名称.x"), ("SESSION_TOUCH_INTERVAL", "5"),
        ])
      #expect(options.poolSize == 3 && options.connectTimeout == 250 && options.idleTime == 1_500)
      #expect(options.database == "数据库名称" && options.collection == "表名称.x")
      let usual = try self.options("mongodb://h")
      #expect(usual.database == "flask_session" && usual.collection == "sessions")
      #expect(throws: Failure.self) { try MongoDBOptions(Settings()) }
    }

    @Test(arguments: [
      ("SESSION_MONGODB_DB", "a.b"), ("SESSION_MONGODB_DB", "a/b"), ("SESSION_MONGODB_DB", "$x"),
      ("SESSION_MONGODB_DB", String(repeating: "a", count: 64)), ("SESSION_MONGODB_COLLECT", "a$b"),
      ("SESSION_MONGODB_COLLECT", "system.users"), ("SESSION_MONGODB_COLLECT", ".a"),
      ("SESSION_MONGODB_COLLECT", String(repeating: "a", count: 191)),
    ])
    func wrongNames(_ setting: String, _ name: String) throws {
      #expect(try failure("mongodb://h", [(Text(setting), Text(name))])?.status == .config)
    }
  }
#endif
