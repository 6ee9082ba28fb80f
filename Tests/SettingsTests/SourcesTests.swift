// SPDX-License-Identifier: Apache-2.0
import Foundation
import Support
import Testing

@testable import Settings

struct SourcesTests {
  private func load(_ content: String) throws -> Settings {
    let folder = try Folder()
    var settings = Settings()
    try settings.load(path: Text(try folder.file("session.conf", Data(content.utf8))))
    return settings
  }

  @Test func readsLines() throws {
    let settings = try load(
      "# a comment\r\n\n \t\r\nSECRET_KEY= \"a=b\" # c \r\nSESSION_TYPE=redis\nSESSION_KEY_PREFIX=\nSESSION_PERMANENT=0"
    )
    #expect(settings.key?.withBytes { Array($0) } == Array(" \"a=b\" # c ".utf8))
    #expect(settings.text(.sessionType) == "redis")
    #expect(settings.text(.keyPrefix) == "")
    #expect(settings.flag(.permanent) == false)
  }

  @Test func anEmptyFileSaysNothing() throws {
    #expect(throws: Never.self) { try load("") }
  }

  @Test func namesTheLineAndNeverItsText() throws {
    for (content, line) in [
      ("\nSESSION_PERMANENT=hunter2\n", 2), ("hunter2", 1), ("#\r\n#\r\nhunter2==\r\n", 3),
      ("SECRET_KEY_FALLBACKS=hunter2", 1),
      (" SECRET_KEY=hunter2", 1), ("SECRET_KEY =hunter2", 1), ("SESSION_REDIS=hunter2\u{7F}", 1),
    ] {
      let failure = #expect(throws: Failure.self) { try load(content) }
      #expect(failure?.status == .config)
      #expect(failure?.message.contains("session.conf, line \(line): ") == true, "\(failure?.message ?? "")")
      #expect(failure?.message.contains("hunter2") == false, "\(content)")
    }
  }

  @Test(arguments: [
    (" SECRET_KEY=hunter2", "there is a space around the name"),
    ("SECRET_KEY = hunter2", "there is a space around the name"),
    ("\tSECRET_KEY=hunter2", "there is a space around the name"),
    ("export SECRET_KEY=hunter2", "without export"), (" export  SECRET_KEY=hunter2", "without export"),
    ("\u{FEFF}SECRET_KEY=hunter2", "byte-order mark"), ("\u{FEFF}# hunter2", "byte-order mark"),
    ("  # hunter2", "has to be the first character"), ("\t# a=hunter2", "has to be the first character"),
  ])
  func saysWhatOtherReadersOfSuchFilesTake(_ line: String, _ words: String) {
    for (content, number) in [(line, 1), ("#\n\(line)\r\n", 2)] {
      let failure = #expect(throws: Failure.self) { try load(content) }
      #expect(failure?.status == .config)
      #expect(failure?.message.contains("session.conf, line \(number): ") == true)
      #expect(failure?.message.contains(words) == true, "\(failure?.message ?? "")")
      #expect(failure?.message.contains("hunter2") == false)
    }
  }

  @Test func aFailureChangesNothing() throws {
    let folder = try Folder()
    let file = try folder.file("session.conf", Data("SESSION_TYPE=redis\nSESSION_TYPE=null".utf8))
    var settings = Settings()
    try settings.set("SESSION_TYPE", text: "memory")
    #expect(throws: Failure.self) { try settings.load(path: Text(file)) }
    #expect(settings.text(.sessionType) == "memory")
  }

  @Test func aFileIsBoundedAndHasToBeThere() throws {
    let failure = #expect(throws: Failure.self) { try load(String(repeating: "#\n", count: 524_289)) }
    #expect(failure?.native == EFBIG)
    #expect(throws: Never.self) { try load(String(repeating: "#\n", count: 524_288)) }
    var settings = Settings()
    #expect(throws: Failure.self) { try settings.load(path: "/nowhere/at/all") }
    #expect(throws: Failure.self) { try settings.load(path: "") }
    #expect(throws: Failure.self) { try settings.load(path: "a\0b") }
  }

  private func environment(_ variables: [String], _ prefix: Text) throws -> Settings {
    var texts = variables.map { strdup($0) } + [nil]
    defer { for text in texts { free(text) } }
    var settings = Settings()
    try settings.load(environment: &texts, prefix)
    return settings
  }

  @Test func takesVariablesWithThePrefix() throws {
    let variables = [
      "PATH=/bin", "A_SECRET_KEY=k=v", "nonsense", "A_SESSION_KEY_PREFIX=", "XA_SESSION_TYPE=x", "A=A_X=y", "",
    ]
    let settings = try environment(variables, "A_")
    #expect(settings.key?.withBytes { Array($0) } == Array("k=v".utf8))
    #expect(settings.text(.keyPrefix) == "")
    #expect(!settings.isSet(.sessionType))
    #expect(throws: Never.self) { try environment([], "A_") }
  }

  @Test func everyVariableHasToBeKnown() throws {
    let failure = #expect(throws: Failure.self) { try environment(["A_SESSION_TIPE=hunter2"], "A_") }
    #expect(failure?.status == .config)
    #expect(failure?.message.contains("the nearest name is SESSION_TYPE") == true)
    #expect(failure?.message.contains("hunter2") == false)
    #expect(throws: Failure.self) { try environment(["A_=x"], "A_") }
  }

  @Test func readsTheEnvironmentOfTheProcess() {
    var settings = Settings()
    #expect(throws: Never.self) { try settings.loadEnvironment(prefix: "NOBODY_HAS_THIS_") }
    // Every process has a PATH, which is no setting of ours.
    #expect(throws: Failure.self) { try settings.loadEnvironment(prefix: "PAT") }
    #expect(throws: Failure.self) { try settings.loadEnvironment(prefix: "") }
    #expect(throws: Failure.self) { try settings.loadEnvironment(prefix: "A=") }
  }
}
