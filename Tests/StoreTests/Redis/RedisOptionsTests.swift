// SPDX-License-Identifier: Apache-2.0
#if Redis
  import Backends
  import Settings
  import Stores
  import Support
  import Testing

  @Suite struct RedisOptionsTests {
    private func options(_ url: String, _ others: [(Text, Text)] = []) throws -> RedisOptions {
      var settings = Settings()
      try settings.set("SESSION_REDIS", text: Text(url))
      for (name, value) in others { try settings.set(name, text: value) }
      return try RedisOptions(settings)
    }

    private func failure(_ url: String) throws -> Failure? {
      do {
        _ = try options(url)
        return nil
      } catch { return error as? Failure }
    }

    @Test(arguments: [
      ("redis://h", "h:6379 - - 0"), ("redis://h:1/2", "h:1 - - 2"), ("redis://:p%40@h/", "h:6379 - p@ 0"),
      ("redis://u:p@h?db=7", "h:6379 u p 7"), ("redis://[::1]:5/1?db=1", "[::1]:5 - - 1"),
      ("redis+unix:///run/r.sock?db=3", "/run/r.sock - - 3"), ("unix://:p@/run/r.sock", "/run/r.sock - p 0"),
      ("redis://%2Frun%2Fr.sock/4", "/run/r.sock - - 4"), ("redis://:@h", "h:6379 - - 0"),
    ])
    func addresses(_ url: String, _ expected: String) throws {
      let options = try options(url)
      let password = options.password.map { $0.withBytes { String(decoding: $0, as: UTF8.self) } }
      #expect(
        "\(options.address.text) \(options.user?.string ?? "-") \(password ?? "-") \(options.database)" == expected)
    }

    @Test(arguments: [
      ("redis:///0", Status.config), ("redis://", .config), ("redis://u@h", .config), ("redis://h/x", .config),
      ("redis://h/1234567890", .config), ("redis://h/1?db=2", .config), ("redis://h?decode_responses=1", .config),
      ("redis+unix://", .config), ("redis+unix:///", .config), ("unix://h/run/r.sock", .config),
      ("rediss://h", .unsupported), ("redis://a,b", .unsupported), ("redis+sentinel://h", .unsupported),
      ("mysql://h", .unsupported), ("rediss+unix:///r.sock", .unsupported),
    ])
    func whatCannotBeUsed(_ url: String, _ status: Status) throws {
      #expect(try failure(url)?.status == status)
    }

    @Test func aLongPathOfASocket() throws {
      #expect(try failure("unix:///" + String(repeating: "a", count: 106)) == nil)
      #expect(try failure("unix:///" + String(repeating: "a", count: 107))?.status == .config)
    }

    @Test func theOtherSettings() throws {
      let options = try options(
        "redis://h",
        [("SESSION_POOL_SIZE", "3"), ("SESSION_CONNECT_TIMEOUT", "0.25"), ("SESSION_POOL_IDLE", "1.5")])
      #expect(options.poolSize == 3 && options.connectTimeout == 250 && options.idleTime == 1_500)
      #expect(throws: Failure.self) { try RedisOptions(Settings()) }
    }
  }
#endif
