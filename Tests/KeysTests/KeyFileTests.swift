// SPDX-License-Identifier: Apache-2.0
import Foundation
import Keys
import Settings
import Support
import Testing

struct KeyFileTests {
  private static let one = Data(repeating: 1, count: 32).base64EncodedString()
  private static let two = Data(repeating: 0xFF, count: 33).base64EncodedString()

  private func ring(_ content: String, secretKey: String? = nil) throws -> KeyRing {
    let path = NSTemporaryDirectory() + "keys-\(UUID().uuidString)"
    try Data(content.utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    var settings = Settings()
    try settings.set("SESSION_KEYS_FILE", text: Text(path))
    if let secretKey { try settings.set("SECRET_KEY", text: Text(secretKey)) }
    return try KeyRing(settings)
  }

  @Test func readsKeys() throws {
    let ring = try ring(
      """
      # name not-before not-after purpose key

      new\t2026-01-31T12:00:00Z  -  cookies \(Self.two.replacing("/", with: "_"))\r
      old - 1769860800 all \(Self.one.replacing("=", with: ""))
      revoked-before 2026-01-01
      """, secretKey: "from settings")
    #expect(ring.keys.map { $0.name } == ["", "old", "new"])
    #expect(ring.keys[1].validity.notAfter == 1_769_860_800)
    #expect(ring.keys[1].validity.notBefore == .min)
    #expect(ring.keys[2].validity.notBefore == 1_769_860_800)
    #expect(ring.keys[2].secret.withBytes { Array($0) } == [UInt8](repeating: 0xFF, count: 33))
    #expect(ring.newestFirst(for: .records).map { $0.name } == ["old", ""])
    #expect(ring.revokedBefore == 1_767_225_600)
  }

  @Test(arguments: [
    ("a - - all", "line 1: name, not-before"),
    ("\na - - all \(one) more", "line 2: name, not-before"),
    ("a - - some \(one)", "the purpose is none of"),
    ("a - - all AAAA", "the key has 3 bytes"),
    ("a - - all !\(one.dropFirst())", "the key is not base64"),
    ("a - - all \(one)=", "the key is not base64"),
    ("a yesterday - all \(one)", "a time is expected"),
    ("a 2026-02-29 - all \(one)", "a time is expected"),
    ("a 5 4 all \(one)", "not-after is before not-before"),
    ("a - - all \(one)\na - - all \(two)", "line 2: its name stands"),
    ("a - - all \(one)\nb - - all \(one)", "line 2: its key stands"),
    ("revoked-before never", "a time is expected"),
    ("revoked-before 5\nrevoked-before 6", "stands in the file already"),
    ("clé - - all \(one)", "visible characters"),
  ])
  func refuses(content: String, message: String) throws {
    let failure = try #require(throws: Failure.self) { try ring(content) }
    #expect(failure.status == .config)
    #expect(failure.message.contains(message))
    #expect(!failure.message.contains("AQEB") && !failure.message.contains("AAAA"))
  }

  @Test func revocationIsTheLatest() throws {
    var settings = Settings()
    try settings.set("SESSION_REVOKED_BEFORE", text: "2026-01-01T00:00:00+01:00")
    #expect(try KeyRing(settings).revokedBefore == 1_767_222_000)
  }
}
