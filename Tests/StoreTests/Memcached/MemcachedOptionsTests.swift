// SPDX-License-Identifier: Apache-2.0
#if Memcached
  import Backends
  import Settings
  import Stores
  import Support
  import Testing

  @Suite struct MemcachedOptionsTests {
    private func options(_ url: String, _ others: [(Text, Text)] = []) throws -> MemcachedOptions {
      var settings = Settings()
      try settings.set("SESSION_MEMCACHED", text: Text(url))
      for (name, value) in others { try settings.set(name, text: value) }
      return try MemcachedOptions(settings)
    }

    private func status(_ url: String, _ others: [(Text, Text)] = []) throws -> Status? {
      do {
        _ = try options(url, others)
        return nil
      } catch { return (error as? Failure)?.status }
    }

    @Test(arguments: [
      ("memcached://h", "h:11211"), ("memcached://a:1,b:2", "a:1 b:2"), ("memcached://[::1]:5,h/", "[::1]:5 h:11211"),
      ("memcached+unix:///run/m.sock", "/run/m.sock"), ("unix:///run/m.sock", "/run/m.sock"),
      ("memcached://%2Frun%2Fm.sock,h:7", "/run/m.sock h:7"),
      // As python-memcached and others have it.
      ("10.1.210.33:12000", "10.1.210.33:12000"), ("h", "h:11211"), ("a:1,b", "a:1 b:11211"),
      ("unix:/run/m.sock,inet:h:3,inet6:[::1]:4", "/run/m.sock h:3 [::1]:4"), ("/run/m.sock", "/run/m.sock"),
      ("[::1]:9", "[::1]:9"),
    ])
    func addresses(_ url: String, _ expected: String) throws {
      #expect(try options(url).servers.map { $0.text }.joined(separator: " ") == expected)
    }

    @Test func parameters() throws {
      let plain = try options("memcached://h")
      #expect(plain.dialect == .text && plain.placement == .pythonMemcached)
      let other = try options("memcached://h?protocol=binary&placement=ketama")
      #expect(other.dialect == .binary && other.placement == .ketama)
      #expect(try options("memcached://h?placement=libmemcached&protocol=text").placement == .libmemcached)
    }

    @Test(arguments: [
      ("", Status.config), ("memcached://", .config), ("memcached:///run/m.sock", .config),
      ("memcached://h/1", .config),
      ("memcached+unix://", .config), ("memcached+unix://h/run/m.sock", .config), ("h:x", .config), ("a,,b", .config),
      ("memcached://h?protocol=udp", .config), ("memcached://h?placement=modula", .config),
      ("memcached://h?db=1", .config), ("memcached://h?protocol=text&protocol=text", .config), ("unix:", .config),
      ("::1", .config),
      ("redis://h", .unsupported), ("memcached://u:p@h", .unsupported), ("memcacheds://h", .unsupported),
      ("memcached+udp://h", .unsupported),
    ])
    func whatCannotBeUsed(_ url: String, _ expected: Status) throws {
      #expect(try status(url) == expected)
    }

    @Test func aLongPathOfASocket() throws {
      #expect(try status("unix:/" + String(repeating: "a", count: 106)) == nil)
      #expect(try status("unix:/" + String(repeating: "a", count: 107)) == .config)
      #expect(try status("memcached://" + String(repeating: "a", count: 256)) == .config)
    }

    @Test func theOtherSettings() throws {
      let options = try options(
        "h", [("SESSION_POOL_SIZE", "3"), ("SESSION_CONNECT_TIMEOUT", "0.25"), ("SESSION_POOL_IDLE", "1.5")])
      #expect(options.poolSize == 3 && options.connectTimeout == 250 && options.idleTime == 1_500)
      #expect(throws: Failure.self) { try MemcachedOptions(Settings()) }
      #expect(try status("h", [("SESSION_KEY_PREFIX", "my app:")]) == .config)
      #expect(try status("h", [("SESSION_KEY_PREFIX", "app:")]) == nil)
      #expect(try status("h", [("SESSION_TOUCH_INTERVAL", "60")]) == .unsupported)
      #expect(try status("h", [("SESSION_TOUCH_INTERVAL", "0")]) == nil)
    }
  }
#endif
