// SPDX-License-Identifier: Apache-2.0
import Backends
import Foundation
import Stores
import Support
import Testing

/// Files of fifteen versions of cachelib: read, and written so that the version that is there reads them.
@Suite struct CachelibTests {
  private let record = hexadecimal(
    "80059525000000000000007d94288c0a5f7065726d616e656e7494888c08757365726e616d65948c046a61636b94752e")

  struct Version: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let files: [String: [UInt8]]
    let never: [UInt8]

    var isOld: Bool { files.keys.allSatisfy { $0.count == 32 } }
  }

  static let versions: [Version] = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Vectors/cachelib_versions.json")
    let content = (try? Data(contentsOf: file)).flatMap { try? JSONSerialization.jsonObject(with: $0) }
    let rows = (content as? [String: Any])?["rows"] as? [[String: Any]] ?? []
    return rows.map { row in
      let files = row["files"] as? [String: [String: String]] ?? [:]
      return Version(
        testDescription: row["cachelib"] as? String ?? "", files: files.mapValues { hexadecimal($0["hex"] ?? "") },
        never: hexadecimal(row["timeout0_hex"] as? String ?? ""))
    }
  }()

  @Test func thereAreFifteen() {
    #expect(CachelibTests.versions.count == 15)
    #expect(CachelibTests.versions.filter { $0.isOld }.count == 13)
  }

  @Test(arguments: versions)
  func aRecordIsReadUntilItsTime(_ version: Version) throws {
    let (store, _) = try bed(version)
    #expect(try store.record("session:abc", at(19)) == record)
    #expect(try store.record("session:abc", at(20)) == nil)
    #expect(try store.record("session:abd") == nil)
  }

  @Test(arguments: versions)
  func whatIsNoPickleIsThereToo(_ version: Version) throws {
    let (store, _) = try bed(version)
    #expect(try store.create("session:sealed", [1, 2, 3], timeToLive: 10, at()).isCreated)
    #expect(try store.touch("session:sealed", timeToLive: 20, at()))
    #expect(try store.load("session:sealed", telling(19))?.remaining == 1)
    #expect(try store.record("session:sealed", at(20)) == nil)
    let token = try #require(try store.token("session:abc"))
    #expect(try store.replace("session:abc", [1, 2, 3], timeToLive: 20, token: token, at()).isReplaced)
    #expect(try store.record("session:abc", at(19)) == [1, 2, 3])
    #expect(try store.record("session:abc", at(20)) == nil)
  }

  @Test(arguments: versions)
  func aReplacedRecordKeepsNameAndHeader(_ version: Version) throws {
    let (store, folder) = try bed(version)
    let name = try #require(version.files.keys.first { !$0.hasPrefix("2029") && !$0.hasPrefix("79bc") })
    let before = try #require(version.files[name])
    let token = try #require(try store.token("session:abc"))
    #expect(try store.replace("session:abc", record + [1], timeToLive: 20, token: token, at()).isReplaced)
    #expect(try bytes(folder, name) == before + [1])
    #expect(try store.touch("session:abc", timeToLive: 20, at()))
    #expect(try bytes(folder, name) == before + [1])
    #expect(try names(folder) == version.files.keys.sorted())
  }

  @Test(arguments: versions)
  func aNewRecordIsWrittenAsTheVersionThereWritesIt(_ version: Version) throws {
    let (store, folder) = try bed(version)
    let name = try #require(version.files.keys.first { !$0.hasPrefix("2029") && !$0.hasPrefix("79bc") })
    try store.remove("session:abc", at())
    #expect(try store.create("session:abc", record, timeToLive: 20, at()).isCreated)
    #expect(try bytes(folder, name) == version.files[name])
    // The count went to 0 and is 1 again.
    for name in version.files.keys { #expect(try bytes(folder, name) == version.files[name]) }
    #expect(try names(folder) == version.files.keys.sorted())
  }

  @Test(arguments: versions)
  func aRecordWithoutAnEndIsThereAndGetsOne(_ version: Version) throws {
    let (store, folder) = try bed(version)
    let name = try #require(version.files.keys.first { !$0.hasPrefix("2029") && !$0.hasPrefix("79bc") })
    try Data(version.never).write(to: folder.url.appending(path: name))
    #expect(try store.record("session:abc", at(1 << 30))?.last == 0x2E)
    #expect(try store.touch("session:abc", timeToLive: 20, at()))
    #expect(try store.record("session:abc", at(20)) == nil)
  }

  /// Whoever counted last is who shares the folder now.
  @Test func afterAnUpgradeTheNewerNamesAreWritten() throws {
    let old = try #require(CachelibTests.versions.first)
    let new = try #require(CachelibTests.versions.last)
    let (store, folder) = try bed(old)
    let count = "79bc207ee04a581ab2348ca1f3494e64cd0ec36128735b8c6bc85ddd8fe1938c"
    try Data(try #require(new.files[count])).write(to: folder.url.appending(path: count))
    #expect(try store.create("new", [1], timeToLive: 20, at()).isCreated)
    #expect(try names(folder).filter { $0.count == 64 }.count == 2)
    // What was there under the older name is still there, and found.
    #expect(try store.record("session:abc") == record)
    #expect(try store.create("session:abc", [1], timeToLive: 20, at()).exists)
  }

  @Test func whereNobodyCountsTheNamesTell() throws {
    let old = try #require(CachelibTests.versions.first)
    let (store, folder) = try bed(old)
    try FileManager.default.removeItem(at: folder.url.appending(path: "2029240f6d1128be89ddc32729463129"))
    #expect(try store.create("new", record, timeToLive: 20, at()).isCreated)
    let made = try #require(try names(folder).first { $0 != "32607b0dcb9d5a58fbe913b473137833" })
    #expect(made.count == 32)
    #expect(try bytes(folder, made).first == 0x4A)
  }

  @Test func longLives() throws {
    let century: Int64 = 3_200_000_000
    for version in CachelibTests.versions {
      let (store, _) = try bed(version)
      #expect(try store.create("new", record, timeToLive: century, at()).isCreated)
      #expect(try store.record("new", at(20)) == record, "\(version.testDescription)")
    }
  }

  private func bed(_ version: Version) throws -> (FilesystemStore, TemporaryFolder) {
    let folder = try TemporaryFolder()
    for (name, bytes) in version.files { try Data(bytes).write(to: folder.url.appending(path: name)) }
    return (FilesystemStore(try FilesystemOptions(path: Text(folder.url.path))), folder)
  }

  private func bytes(_ folder: TemporaryFolder, _ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.url.appending(path: name)))
  }

  private func names(_ folder: TemporaryFolder) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.url.path).filter { $0 != "lock.__wz_cache" }.sorted()
  }
}

func hexadecimal(_ text: String) -> [UInt8] {
  let digits = text.compactMap { $0.hexDigitValue }
  return stride(from: 0, to: digits.count - digits.count % 2, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
