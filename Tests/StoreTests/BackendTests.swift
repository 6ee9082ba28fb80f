// SPDX-License-Identifier: Apache-2.0
import Backends
import Settings
import Stores
import Support
import Testing

@Suite struct BackendTests {
  private func settings(_ pairs: [(Text, Text)]) throws -> Settings {
    var settings = Settings()
    for (name, value) in pairs { try settings.set(name, text: value) }
    return settings
  }

  private func failure(_ pairs: [(Text, Text)]) throws -> Failure? {
    let settings = try settings(pairs)
    do throws(Failure) {
      _ = try Backend.store(settings)
      return nil
    } catch {
      return error
    }
  }

  private func status(_ pairs: [(Text, Text)]) throws -> Status? { try failure(pairs)?.status }

  @Test func aTypeIsRequired() throws {
    #expect(try status([]) == .config)
  }

  @Test func cookiesHaveNoStore() throws {
    #expect(try Backend.store(settings([("SESSION_TYPE", "cookie")])) == nil)
  }

  @Test func anotherSettingMayNameTheStore() throws {
    let named = try settings([("SESSION_TYPE", "cookie"), ("SESSION_REVOCATION", "memory")])
    #expect(try Backend.store(named, .revocation) is MemoryStore)
    #expect(throws: Failure.self) { _ = try Backend.store(settings([("SESSION_TYPE", "cookie")]), .revocation) }
    #if SQLite
      let address: (Text, Text) = ("SESSION_SQLALCHEMY_DATABASE_URI", "sqlite:////tmp/never.db")
      let database = try settings([("SESSION_TYPE", "cookie"), ("SESSION_REVOCATION", "sqlalchemy"), address])
      #expect(try Backend.store(database, .revocation) is SQLiteStore)
    #endif
  }

  @Test func memory() throws {
    #expect(try Backend.store(settings([("SESSION_TYPE", "memory")])) is MemoryStore)
  }

  @Test func filesystem() throws {
    let folder = try TemporaryFolder()
    let settings = try settings([
      ("SESSION_TYPE", "cachelib"), ("SESSION_FILE_DIR", folder.path("here")), ("SESSION_FILE_THRESHOLD", "0"),
      ("SESSION_FILE_MODE", "0o640"),
    ])
    let store = try #require(try Backend.store(settings) as? FilesystemStore)
    #expect(try store.create("a", [1], timeToLive: 10, at()).isCreated)
    #expect(try status([("SESSION_TYPE", "filesystem")]) == nil)
    #expect(try status([("SESSION_TYPE", "filesystem"), ("SESSION_FILE_MODE", "0o066")]) == .config)
  }

  #if MongoDB
    @Test func mongodb() throws {
      let address: (Text, Text) = ("SESSION_MONGODB", "mongodb://127.0.0.1:1")
      #expect(try Backend.store(settings([("SESSION_TYPE", "MongoDB"), address])) is MongoDBStore)
      #expect(try status([("SESSION_TYPE", "mongodb")]) == .config)
    }
  #endif

  #if Memcached
    @Test func memcached() throws {
      let address: (Text, Text) = ("SESSION_MEMCACHED", "127.0.0.1:1,unix:/run/none.sock")
      #expect(try Backend.store(settings([("SESSION_TYPE", "Memcached"), address])) is MemcachedStore)
      #expect(try status([("SESSION_TYPE", "memcached")]) == .config)
    }
  #endif

  #if Redis
    @Test func redis() throws {
      let address: (Text, Text) = ("SESSION_REDIS", "redis://127.0.0.1:1")
      #expect(try Backend.store(settings([("SESSION_TYPE", "Redis"), address])) is RedisStore)
      #expect(try status([("SESSION_TYPE", "redis")]) == .config)
    }
  #endif

  #if SQLite
    @Test func sqlite() throws {
      let folder = try TemporaryFolder()
      let store = try #require(
        try Backend.store(
          settings([
            ("SESSION_TYPE", "SQLite"), ("SESSION_SQLITE", folder.path("a.db")), ("SESSION_SQLALCHEMY_TABLE", "mine"),
          ])))
      #expect(try store.create("a", [1], timeToLive: 10, at()).isCreated)
      #expect(try RawDatabase(folder.path("a.db"))("SELECT hex(data) FROM mine") == ["01"])
      #expect(try status([("SESSION_TYPE", "sqlite")]) == .config)
      #expect(try status([("SESSION_TYPE", "sqlite"), ("SESSION_SQLITE", ":memory:")]) == .config)
    }

    @Test(arguments: ["SESSION_SQLALCHEMY_DATABASE_URI", "SQLALCHEMY_DATABASE_URI"])
    func anAddressOfSQLAlchemy(_ name: String) throws {
      let folder = try TemporaryFolder()
      func pairs(_ url: String) -> [(Text, Text)] { [("SESSION_TYPE", "sqlalchemy"), (Text(name), Text(url))] }
      let path = folder.path("a.db").string
      for url in ["sqlite:///\(path)", "sqlite+pysqlite:///\(path)?check_same_thread=false"] {
        let store = try #require(try Backend.store(settings(pairs(url))))
        try store.ping(at())
      }
      #expect(try RawDatabase(folder.path("a.db"))("SELECT count(*) FROM sessions") == ["0"])
      #expect(try status(pairs("sqlite://")) == .config)
      let other = try failure(pairs("oracle://u@h/d"))
      #expect(other?.status == .unsupported)
      #expect(other?.message.contains("address's kind in this build; cookie") == true)
      #expect(try failure([("SESSION_TYPE", "sqlalchemy")])?.message.contains("URI is not set") == true)
      #expect(try status(pairs("sqlite:///:memory:")) == .config)
      #expect(try status(pairs("sqlite://host/a.db")) == .config)
      #expect(try status(pairs("sqlite:////a.db?uri=true")) == .config)
      #expect(try status(pairs("sqlite+pysqlcipher:////a.db")) == .unsupported)
      #expect(try status(pairs("sqlite:////a.db") + [("SESSION_SQLALCHEMY_SCHEMA", "s")]) == .config)
    }
  #endif
}
