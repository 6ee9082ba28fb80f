// SPDX-License-Identifier: Apache-2.0
import Foundation
import Support
import Testing

@testable import Settings

struct SettingsTests {
  private func settings(_ name: String, _ value: String) throws -> Settings {
    var settings = Settings()
    try settings.set(Text(name), text: Text(value))
    return settings
  }

  private func failure(_ name: String, _ value: String) -> Failure? {
    #expect(throws: Failure.self, "\(name)=\(value)") { try settings(name, value) }
  }

  private func bytes(_ secret: Secret?) -> [UInt8]? { secret?.withBytes { Array($0) } }

  @Test func everyNameIsItsOwn() {
    #expect(Set(SettingName.allCases.map { "\($0.text)" }).count == SettingName.allCases.count)
    for name in SettingName.allCases { #expect(SettingName(Text(stringLiteral: name.text)) == name) }
  }

  @Test func nothingIsSetAtFirst() {
    for name in SettingName.allCases { #expect(!Settings().isSet(name)) }
    #expect(Settings().key == nil)
    #expect(Settings().fallbackKeys.isEmpty)
  }

  @Test(arguments: [
    ("SECRET_KEYS", "SECRET_KEY"), ("secret_key", "SECRET_KEY"),
    ("SESSION_COOKIE_HTTP_ONLY", "SESSION_COOKIE_HTTPONLY"),
    ("PERMANENT_SESSION_LIFETIM", "PERMANENT_SESSION_LIFETIME"),
  ])
  func anUnknownNameIsToldTheNearest(_ name: String, _ nearest: String) {
    let failure = failure(name, "x")
    #expect(failure?.status == .config)
    #expect(failure?.message == "\(name) is not a setting; the nearest name is \(nearest)")
  }

  @Test(arguments: ["DEBUG", "FOO", "X", "SESSION", "TEMPLATES_AUTO_RELOAD"])
  func aNameFarFromAllIsToldNone(_ name: String) {
    #expect(failure(name, "x")?.message == "\(name) is not a setting; the README lists them all")
  }

  @Test func whatIsNoNameIsNotShown() {
    #expect(failure("c2VjcmV0=", "x")?.message.contains("c2Vj") == false)
    #expect(failure("", "x")?.status == .config)
    #expect(
      failure(String(repeating: "A", count: 65), "x")?.message
        == "this is not the name of a setting; the README lists them all")
  }

  @Test func readsFlagsInAnyCase() throws {
    for text in ["true", "TRUE", "True", "1"] {
      #expect(try settings("SESSION_PERMANENT", text).flag(.permanent) == true)
    }
    for text in ["false", "False", "0"] { #expect(try settings("SESSION_PERMANENT", text).flag(.permanent) == false) }
    for text in ["", "yes", "2", "on", "true ", "None"] {
      #expect(failure("SESSION_PERMANENT", text)?.status == .config)
    }
  }

  @Test func readsLifetimesAsFlaskDoes() throws {
    for (text, seconds) in [
      ("20", 20), ("20.9", 20), ("1.0", 1), ("2678400", 2_678_400), ("3200000000", 3_200_000_000),
      ("514.2857142857143", 514), ("1.99999999999999999999999999999999999999", 1),
    ] {
      #expect(try settings("PERMANENT_SESSION_LIFETIME", text).seconds(.lifetime) == Int64(seconds))
    }
    for text in [
      "0", "0.99", "-1", "-0.5", "3200000001", "9999999999999999999999", "", ".", "1.", ".5", "1e3", "+1", " 1", "1 ",
      "01",
      "0x10", "1_000", "1,5", "nan", "１", "1.9999x", "1.9999999999999x", "1.5.5", "1.-5",
      "1." + String(repeating: "0", count: 39),
      "9999999999999",
    ] {
      #expect(failure("PERMANENT_SESSION_LIFETIME", text)?.status == .config, "\(text)")
    }
  }

  @Test func keepsTimeLimitsInMilliseconds() throws {
    for (text, milliseconds) in [
      ("0.25", 250), ("5", 5000), ("0.001", 1), ("1.2349", 1234), ("0.1", 100), ("3600", 3_600_000),
      ("0.30000000000000004", 300), ("0.1234567890123", 123), ("1.05", 1050),
    ] {
      #expect(try settings("SESSION_TIMEOUT", text).milliseconds(.timeout) == Int64(milliseconds))
    }
    for text in ["0", "0.0009", "-1", "3601", "1e3", "1.", ".5"] { #expect(failure("SESSION_TIMEOUT", text) != nil) }
    #expect(try settings("SESSION_POOL_IDLE", "0").milliseconds(.poolIdle) == 0)
    for text in ["-0.5", "-0.0001"] { #expect(failure("SESSION_POOL_IDLE", text) != nil) }
    #expect(failure("SESSION_TOUCH_INTERVAL", "-0.5") != nil)
  }

  @Test func checksWholeNumbers() throws {
    #expect(try settings("SESSION_ID_LENGTH", "16").number(.idLength) == 16)
    #expect(try settings("SESSION_ID_LENGTH", "128").number(.idLength) == 128)
    for text in ["15", "129", "32.0", "-32", "032", ""] { #expect(failure("SESSION_ID_LENGTH", text) != nil) }
    #expect(failure("SESSION_ID_LENGTH", "8")?.message == "SESSION_ID_LENGTH is not a whole number from 16 to 128")
  }

  @Test func readsFileModesAsPythonDoes() throws {
    for text in ["384", "0o600", "0O600"] {
      #expect(try settings("SESSION_FILE_MODE", text).number(.fileMode) == 0o600)
    }
    for text in ["600", "0600", "0400", "0o", "0o8", "0o1777", "-1"] {
      #expect(failure("SESSION_FILE_MODE", text) != nil)
    }
  }

  @Test func readsWordsInAnyCase() throws {
    #expect(try settings("SESSION_TYPE", "Redis").text(.sessionType) == "redis")
    #expect(try settings("SESSION_TYPE", "cachelib").text(.sessionType) == "filesystem")
    #expect(try settings("SESSION_COOKIE_SAMESITE", "NONE").text(.cookieSameSite) == "None")
    #expect(try settings("SESSION_COOKIE_SAMESITE", "lax").text(.cookieSameSite) == "Lax")
    #expect(failure("SESSION_COOKIE_SAMESITE", "")?.status == .config)
    #expect(failure("SESSION_TYPE", "null")?.status == .config)
    #expect(failure("SESSION_TYPE", "DynamoDB")?.status == .unsupported)
    #expect(failure("SESSION_TYPE", "")?.status == .config)
    #expect(
      failure("SESSION_TYPE", "sqlit")?.message.hasPrefix(
        "SESSION_TYPE is \"sqlit\"; the nearest is sqlite; one of these is expected: cookie, auto, filesystem, ")
        == true)
    for text in ["", "x", "oracle"] {
      let message = try #require(failure("SESSION_TYPE", text)?.message)
      #expect(
        message.contains("; one of these is expected: cookie, auto, filesystem, ") && !message.contains("nearest"))
    }
    #expect(failure("SESSION_RECORD_FORMAT", "seald")?.message.hasSuffix("expected: flask-session, sealed") == true)
    #expect(failure("SESSION_COOKIE_FORMAT", "seald")?.message.hasSuffix("expected: signed, sealed") == true)
    #expect(failure("SESSION_TYPE", "redis://:hunter2@h")?.message.contains("hunter2") == false)
    #expect(failure("SESSION_TYPE", String(repeating: "e", count: 100))?.message.utf8.count ?? 999 < 248)
    #expect(failure("SESSION_SERIALIZATION_FORMAT", "yaml")?.status == .config)
    #expect(failure("SESSION_FAILURE", "open")?.status == .config)
  }

  @Test func textIsUTF8WithoutControlCharacters() throws {
    #expect(try settings("SESSION_SQLALCHEMY_TABLE", "表名称").text(.sqlalchemyTable) == "表名称")
    #expect(try settings("SESSION_COOKIE_DOMAIN", "").text(.cookieDomain) == "")
    var settings = Settings()
    #expect(throws: Failure.self) {
      try [0x61, 0xFF].withUnsafeBufferPointer { try settings.set("SESSION_KEY_PREFIX", bytes: $0) }
    }
    #expect(failure("SESSION_FILE_DIR", "") != nil)
    #expect(failure("SESSION_REDIS", "") != nil)
  }

  @Test func aHeaderIsVisibleASCII() throws {
    let value = "private, no-store, max-age=\"0\""
    #expect(try settings("SESSION_CACHE_CONTROL", value).text(.cacheControl) == Text(value))
    for text in ["", " ", " a", "a ", "é", "a\r\nb", "a\nb", "a\0", "\u{7F}", "a\tb"] {
      #expect(failure("SESSION_CACHE_CONTROL", text)?.status == .config)
    }
  }

  @Test func noTextHasAControlCharacter() {
    for name in SettingName.allCases {
      guard case .text = name.kind else { continue }
      for byte in Array(UInt8(0)..<0x20) + [0x7F] {
        var settings = Settings()
        let failure = #expect(throws: Failure.self) {
          try [0x61, byte, 0x62].withUnsafeBufferPointer { try settings.set(Text(stringLiteral: name.text), bytes: $0) }
        }
        #expect(failure?.status == .config)
      }
    }
  }

  @Test func setAgainReplacesAndAFailureChangesNothing() throws {
    var settings = try settings("SESSION_COOKIE_NAME", "a")
    try settings.set("SESSION_COOKIE_NAME", text: "b")
    #expect(throws: Failure.self) { try settings.set("SESSION_COOKIE_NAME", text: "\n") }
    #expect(settings.text(.cookieName) == "b")
  }

  @Test func keysAreAnyBytes() throws {
    var settings = Settings()
    try [0, 255, 10].withUnsafeBufferPointer { try settings.set("SECRET_KEY", bytes: $0) }
    #expect(bytes(settings.secret(.secretKey)) == [0, 255, 10])
    #expect(bytes(settings.key) == [0, 255, 10])
    #expect(failure("SECRET_KEY", "")?.status == .config)
  }

  @Test func listsAreJSONOrAddedTo() throws {
    var settings = try settings("SECRET_KEY_FALLBACKS", #" [ "old" , "\u00e9\ud83d\ude00\n\/\"" ] "#)
    #expect(settings.secrets(.secretKeyFallbacks).map { bytes($0) } == [Array("old".utf8), Array("é😀\n/\"".utf8)])
    try [7].withUnsafeBufferPointer { try settings.add("SECRET_KEY_FALLBACKS", bytes: $0) }
    #expect(settings.fallbackKeys.map { bytes($0) }.last == [7])
    try settings.set("SECRET_KEY_FALLBACKS", text: "[]")
    #expect(settings.fallbackKeys.isEmpty)
    #expect(settings.isSet(.secretKeyFallbacks))
    #expect(throws: Failure.self) {
      try [].withUnsafeBufferPointer { try settings.add("SECRET_KEY_FALLBACKS", bytes: $0) }
    }
    #expect(throws: Failure.self) { try [7].withUnsafeBufferPointer { try settings.add("SECRET_KEY", bytes: $0) } }
  }

  @Test(arguments: [
    "old", "", "[", "]", "[\"a\"", "[\"a\",]", "[,]", "[\"a\" \"b\"]", "[1]", "[null]", "[[\"a\"]]", "{\"a\":\"b\"}",
    "\"a\"",
    "[\"a\"] x", "['a']", "[\"a\nb\"]", #"["\x41"]"#, #"["\ud800"]"#, #"["\udc00"]"#, #"["\ud800\u0041"]"#,
    #"["\u12"]"#,
    #"["a\"]"#, "[\"\"]",
  ])
  func anyOtherTextIsNoList(_ text: String) {
    let failure = failure("SECRET_KEY_FALLBACKS", text)
    #expect(failure?.status == .config)
    #expect(text == "[\"\"]" || failure?.message.contains("is a list; a JSON array of strings") == true)
  }

  @Test func toleratesAndRefusesByName() throws {
    #expect(throws: Never.self) { try settings("SQLALCHEMY_TRACK_MODIFICATIONS", "True") }
    #expect(failure("SESSION_SQLALCHEMY", "x")?.message.contains("SESSION_SQLALCHEMY_DATABASE_URI") == true)
    #expect(failure("SESSION_DYNAMODB", "x")?.status == .unsupported)
  }

  @Test func keysMayComeFromFiles() throws {
    let folder = try Folder()
    let key = try folder.file("key", Data([0, 1, 255, 10]))
    let settings = try settings("SECRET_KEY_FILE", key)
    #expect(bytes(settings.key) == [0, 1, 255, 10])
    let more = try self.settings("SECRET_KEY_FALLBACKS_FILES", "[\"\(key)\", \"\(key)\"]")
    #expect(more.fallbackKeys.count == 2)
    #expect(failure("SECRET_KEY_FILE", try folder.file("empty", Data()))?.status == .config)
    #expect(failure("SECRET_KEY_FILE", try folder.file("large", Data(count: 65_537)))?.native == EFBIG)
    #expect(throws: Never.self) { try self.settings("SECRET_KEY_FILE", try folder.file("full", Data(count: 65_536))) }
    let missing = failure("SECRET_KEY_FILE", folder.path + "/missing")
    #expect(missing?.native == ENOENT)
    #expect(missing?.message.contains("No such file") == true)
    #expect(missing?.message.contains("the path of a file with the bytes of the key is expected") == true)
  }

  @Test func whatIsNoFileIsSaidToBeNone() throws {
    let folder = try Folder()
    let pipe = folder.path + "/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    for path in [folder.path, "/dev/null", pipe] {
      let failure = failure("SECRET_KEY_FILE", path)
      #expect(failure?.native == 0)
      #expect(failure?.message.contains("it is not a regular file") == true)
    }
  }

  @Test func aKeyInThePlaceOfItsFileIsNotShown() throws {
    let folder = try Folder()
    let hidden = try folder.file("hunter2", Data(count: 65_537))
    let empty = try folder.file("hunter2-empty", Data())
    for value in ["hunter2", "hunter2/hunter2", hidden, hidden + "/x", empty, "hunter2\n", "hunter2\0"] {
      for (name, value) in [("SECRET_KEY_FILE", value), ("SECRET_KEY_FALLBACKS_FILES", "[\"\(value)\"]")] {
        let failure = failure(name, value)
        #expect(failure?.status == .config)
        #expect(failure?.message.contains("hunter2") == false)
        #expect(failure?.message.hasPrefix("\(name) ") == true)
        #expect(failure?.message.utf8.count ?? 999 < 248)
      }
    }
    var settings = Settings()
    let failure = #expect(throws: Failure.self) {
      try Array("hunter2".utf8).withUnsafeBufferPointer {
        try settings.add("SECRET_KEY_FALLBACKS_FILES", bytes: $0)
      }
    }
    #expect(failure?.message.contains("hunter2") == false)
  }

  @Test func contradictionsAreFound() throws {
    let folder = try Folder()
    let key = try folder.file("key", Data([1]))
    var settings = try settings("SECRET_KEY_FILE", key)
    #expect(throws: Never.self) { try settings.check() }
    try settings.set("SECRET_KEY", text: "k")
    let failure = #expect(throws: Failure.self) { try settings.check() }
    #expect(failure?.status == .config)
  }
}
