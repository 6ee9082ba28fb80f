// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Settings
@testable import Support

/// The settings of the store that sessions move from.
@Suite struct MigrationSettingsTests {
  private func settings(_ pairs: [(Text, Text)]) throws -> Settings {
    var settings = Settings()
    for (name, value) in pairs { try settings.set(name, text: value) }
    return settings
  }

  private func message(_ pairs: [(Text, Text)]) -> String? {
    do {
      try settings(pairs).check()
      return nil
    } catch {
      return (error as? Failure)?.message
    }
  }

  private let redis: [(Text, Text)] = [("SESSION_TYPE", "redis"), ("SESSION_REDIS", "redis://new")]
  private let until: (Text, Text) = ("SESSION_MIGRATE_UNTIL", "2026-12-31T00:00:00Z")

  @Test func theOldStoreHasWhatTheNewOneHas() throws {
    let from: [(Text, Text)] = [
      ("SESSION_MIGRATE_FROM", "cachelib"), ("SESSION_FILE_DIR", "/there"), ("SESSION_KEY_PREFIX", "a:"), until,
    ]
    let settings = try settings(redis + from)
    try settings.check()
    let old = try #require(settings.old)
    #expect(old.text(.sessionType) == "filesystem" && old.text(.fileDirectory) == "/there")
    #expect(old.text(.keyPrefix) == "a:" && settings.text(.sessionType) == "redis")
    #expect(settings.time(.migrateUntil) == 1_798_675_200)
  }

  @Test func whatDiffersIsSaidTwice() throws {
    let from: [(Text, Text)] = [
      ("SESSION_MIGRATE_KEY_PREFIX", "old:"), ("SESSION_MIGRATE_FROM", "redis"), ("SESSION_KEY_PREFIX", "new:"),
      ("SESSION_MIGRATE_UNTIL", "1800000000"), ("SESSION_MIGRATE_USE_SIGNER", "true"),
    ]
    let settings = try settings(redis + from)
    try settings.check()
    let old = try #require(settings.old)
    #expect(old.text(.keyPrefix) == "old:" && old.flag(.useSigner) == true && old.connection(.redis) != nil)
    #expect(settings.text(.keyPrefix) == "new:" && settings.flag(.useSigner) == nil)
  }

  @Test func withoutAMigrationThereIsNoOldStore() throws {
    #expect(try settings(redis).old == nil)
  }

  @Test func whatIsMissingOrContradictsIsNamed() {
    #expect(message(redis + [("SESSION_MIGRATE_FROM", "sqlite")])?.contains("SESSION_MIGRATE_UNTIL") == true)
    #expect(message(redis + [until])?.contains("SESSION_MIGRATE_FROM") == true)
    #expect(message(redis + [("SESSION_MIGRATE_KEY_PREFIX", "a")])?.contains("SESSION_MIGRATE_FROM") == true)
    #expect(message(redis + [("SESSION_MIGRATE_FROM", "redis"), until])?.contains("differs") == true)
    #expect(message(redis + [("SESSION_MIGRATE_FROM", "memory"), until])?.contains("memory") == true)
    #expect(
      message([("SESSION_TYPE", "cookie"), ("SESSION_MIGRATE_FROM", "redis"), until])?.contains("cookie") == true)
  }

  @Test func aNameThatIsNoneOfTheOldStoreIsRefused() {
    #expect(message([("SESSION_MIGRATE_REDS", "redis://a")])?.contains("nearest being SESSION_REDIS") == true)
    for name: Text in [
      "SESSION_MIGRATE_FORM", "SESSION_MIGRATE_", "SESSION_MIGRATE_TYPE", "SESSION_MIGRATE_MIGRATE_FROM",
    ] {
      #expect(message([(name, "redis")])?.contains("SESSION_MIGRATE_FROM") == true)
    }
    #expect(message([("SESSION_MIGRATE_REDIS", "no address")])?.contains("for the old store: SESSION_REDIS") == true)
  }

  @Test(arguments: ["soon", "", "2026-13-01T00:00:00Z", "2026-12-31T00:00:00", "1.5", "-1"])
  func whatIsNoTimeIsRefused(_ text: String) {
    #expect(message([("SESSION_MIGRATE_UNTIL", Text(text))])?.contains("is not a time") == true)
  }
}
