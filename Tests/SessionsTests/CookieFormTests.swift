// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Backends
@testable import Sessions
@testable import Settings
@testable import StoresTesting
@testable import Support

/// Which cookies open, and which are made anew.
@Suite struct CookieFormTests {
  private static let key = "0123456789abcdef0123456789abcdef"
  private static let old = "an older key of 32 bytes or more"
  private let clock = FakeClock(1000)

  private func manager(_ settings: [String: String], store: MemoryStore? = nil) throws -> SessionManager {
    var all = Settings()
    let defaults = ["SECRET_KEY": Self.key, "SESSION_COOKIE_FORMAT": "sealed", "SESSION_REFRESH_EACH_REQUEST": "false"]
    for (name, value) in settings.merging(defaults, uniquingKeysWith: { given, _ in given }) where !value.isEmpty {
      try all.set(Text(name), text: Text(value))
    }
    let manager = try SessionManager.make(all, store: store, log: .silent)
    manager.clock = clock.clock
    return manager
  }

  private func made(_ manager: SessionManager) throws -> String {
    let session = manager.open("")
    try session.set("user", .text("jack"))
    try session.save()
    return try #require(session.cookie)
  }

  /// The cookie that a request gets which only reads.
  private func used(_ manager: SessionManager, _ cookie: String) throws -> String? {
    let session = manager.open(cookie)
    try #require(try session.value("user") == .text("jack"))
    try session.save()
    return session.cookie
  }

  private func origin(_ manager: SessionManager, _ cookie: String) throws -> Origin {
    let session = manager.open(cookie)
    try session.load()
    return session.origin
  }

  private let signed = ["SESSION_COOKIE_FORMAT": "signed"]

  @Test func nothingElseIsRead() throws {
    let sealed = try manager([:])
    let signed = try manager(signed)
    #expect(try origin(sealed, try made(sealed)) == .cookie)
    #expect(try origin(sealed, try made(signed)) == .tampered)
    #expect(try origin(signed, try made(sealed)) == .tampered)
    #expect(try origin(sealed, "session=jack") == .tampered)
    for other in [["SESSION_APPLICATION": "a"], ["SECRET_KEY": Self.old]] {
      #expect(try origin(sealed, try made(try manager(other))) == .tampered)
    }
    let named = try manager(["SESSION_COOKIE_NAME": "sessions"])
    #expect(try origin(sealed, try made(named).replacing("sessions=", with: "session=")) == .tampered)
  }

  @Test func theFallbackIsReadUntilItsTime() throws {
    for (form, fallback) in [("sealed", "signed"), ("signed", "sealed")] {
      let old = try manager(["SESSION_COOKIE_FORMAT": fallback])
      let both = try manager([
        "SESSION_COOKIE_FORMAT": form, "SESSION_COOKIE_FORMAT_FALLBACK": fallback,
        "SESSION_COOKIE_FORMAT_FALLBACK_UNTIL": "2000",
      ])
      clock.now = 1000
      let cookie = try made(old)
      clock.now = 1999
      let anew = try #require(try used(both, cookie))
      #expect(try used(both, anew) == nil)
      #expect(try used(try manager(["SESSION_COOKIE_FORMAT": form]), anew) == nil)
      #expect(try origin(both, "session=x") == .tampered)
      clock.now = 2000
      #expect(try origin(both, cookie) == .tampered)
      #expect(try used(both, anew) == nil)
    }
  }

  /// What the sealed form knows for its own and refuses is not asked of the other.
  @Test func anExpiredCookieStaysExpired() throws {
    let both = try manager([
      "SESSION_COOKIE_FORMAT_FALLBACK": "signed", "SESSION_COOKIE_FORMAT_FALLBACK_UNTIL": "9999999",
      "PERMANENT_SESSION_LIFETIME": "10",
    ])
    let sealed = try made(both)
    let bySigner = try made(try manager(signed))
    clock.now = 1010
    #expect(try origin(both, sealed) == .cookie)
    #expect(try origin(both, bySigner) == .cookie)
    clock.now = 1011
    #expect(try origin(both, sealed) == .expired)
    #expect(try origin(both, bySigner) == .expired)
  }

  @Test func anOlderKeyIsReplaced() throws {
    for form in ["sealed", "signed"] {
      clock.now = 1000
      let file = NSTemporaryDirectory() + "keys-\(UUID().uuidString)"
      try Data("new 500 - all \(Data(Self.key.utf8).base64EncodedString())\n".utf8).write(
        to: URL(fileURLWithPath: file))
      defer { try? FileManager.default.removeItem(atPath: file) }
      let before = try manager(["SESSION_COOKIE_FORMAT": form, "SECRET_KEY": Self.old])
      let after = try manager([
        "SESSION_COOKIE_FORMAT": form, "SECRET_KEY": Self.old, "SESSION_KEYS_FILE": file,
      ])
      let cookie = try made(before)
      clock.now = 1100
      let anew = try #require(try used(after, cookie))
      let without = try manager(["SESSION_COOKIE_FORMAT": form, "PERMANENT_SESSION_LIFETIME": "100"])
      #expect(try origin(without, cookie) == .tampered)
      #expect(try used(without, anew) == nil)
      // It lives no longer for it.
      clock.now = 1101
      #expect(try origin(without, anew) == .expired)
      // A request that is passive leaves it as it is.
      let passive = after.open(cookie)
      passive.isPassive = true
      _ = try passive.value("user")
      try passive.save()
      #expect(passive.cookie == nil)
    }
  }

  /// Flask leaves a signed cookie of one of its SECRET_KEY_FALLBACKS as it is.
  @Test func aFallbackIsReplacedWhereItSealed() throws {
    for form in ["sealed", "signed"] {
      let before = try manager(["SESSION_COOKIE_FORMAT": form, "SECRET_KEY": Self.old])
      let after = try manager(["SESSION_COOKIE_FORMAT": form, "SECRET_KEY_FALLBACKS": "[\"\(Self.old)\"]"])
      #expect((try used(after, try made(before)) != nil) == (form == "sealed"))
    }
  }

  @Test func whatIsRevokedIsExpired() throws {
    for form in ["sealed", "signed"] {
      let before = try manager(["SESSION_COOKIE_FORMAT": form])
      let after = try manager(["SESSION_COOKIE_FORMAT": form, "SESSION_REVOKED_BEFORE": "1000"])
      clock.now = 999
      let early = try made(before)
      clock.now = 1000
      let late = try made(before)
      #expect(try origin(after, early) == .expired)
      #expect(try origin(after, late) == .cookie)
    }
    #expect(throws: Failure.self) {
      try manager(["SESSION_COOKIE_FORMAT": "signed", "SESSION_REVOKED_BEFORE": "1"], store: MemoryStore())
    }
  }

  @Test func idsTooAreSealed() throws {
    let store = MemoryStore()
    let sealed = try manager([:], store: store)
    let plain = try manager(signed, store: store)
    let cookie = try made(sealed)
    #expect(try origin(sealed, cookie) == .cookie)
    #expect(try origin(plain, cookie) != .cookie)
    let id = try #require(try sealed.open(cookie).id())
    #expect(try origin(plain, "session=\(id.string)") == .cookie)
    #expect(try origin(sealed, "session=\(id.string)") == .tampered)
    #expect(try origin(sealed, try made(try manager([:]))) == .tampered)
    #expect(try origin(try manager([:]), cookie) == .tampered)
    // An id that was sent as it is, is read while it is the fallback; with a time of revocation it never is.
    let fallback = ["SESSION_COOKIE_FORMAT_FALLBACK": "signed", "SESSION_COOKIE_FORMAT_FALLBACK_UNTIL": "2000"]
    let both = try manager(fallback, store: store)
    let anew = try #require(try used(both, "session=\(id.string)"))
    #expect(try used(sealed, anew) == nil)
    let revoking = try manager(fallback.merging(["SESSION_REVOKED_BEFORE": "5"]) { $1 }, store: store)
    #expect(try origin(revoking, "session=\(id.string)") == .expired)
    #expect(try origin(revoking, anew) == .cookie)
  }

  @Test(arguments: [
    ["SECRET_KEY": "0123456789abcdef0123456789abcde"], ["SECRET_KEY": ""],
    ["SECRET_KEY": "short", "SECRET_KEY_FALLBACKS": "[\"0123456789abcdef0123456789abcdef\"]"],
    ["SESSION_COOKIE_FORMAT_FALLBACK": "signed"], ["SESSION_COOKIE_FORMAT_FALLBACK_UNTIL": "5"],
    ["SESSION_COOKIE_FORMAT_FALLBACK": "sealed", "SESSION_COOKIE_FORMAT_FALLBACK_UNTIL": "5"],
    [
      "SESSION_COOKIE_FORMAT": "signed", "SESSION_COOKIE_FORMAT_FALLBACK": "signed",
      "SESSION_COOKIE_FORMAT_FALLBACK_UNTIL": "5",
    ],
  ])
  func refusesWhatContradictsItself(settings: [String: String]) throws {
    let failure = try #require(throws: Failure.self) { try manager(settings) }
    #expect(failure.status == .config)
  }

  @Test func whatBrowsersDropIsTooLarge() throws {
    let sealed = try manager([:])
    let signed = try manager(signed)
    // 65 and 9 bytes of the seal, 8 of JSON and the text are 3,066: 4,088 characters, 4,095 with the name.
    for (count, fits) in [(2983, true), (2984, true), (2985, false)] {
      let session = sealed.open("")
      try session.set("u", .text(Text([UInt8](repeating: 97, count: count))))
      if fits {
        try session.save()
        #expect((session.cookie?.utf8.count ?? 0) <= 4097)
      } else {
        let failure = try #require(throws: Failure.self) { try session.save() }
        #expect(failure.status == .tooLarge)
      }
      let other = signed.open("")
      try other.set("u", .text(Text((0..<6000).map { _ in UInt8.random(in: 97...122) })))
      try other.save()
      #expect(other.cookie != nil)
    }
  }
}
