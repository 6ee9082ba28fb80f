// SPDX-License-Identifier: Apache-2.0
import Foundation
import Support

/// A new folder, removed with all others when the test process ends.
struct TemporaryFolder: Sendable {
  let url: URL

  private static let root: URL = {
    atexit { try? FileManager.default.removeItem(at: TemporaryFolder.root) }
    return FileManager.default.temporaryDirectory.appending(path: "swiftsession-tests-\(UUID().uuidString)")
  }()

  init() throws {
    url = TemporaryFolder.root.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  func path(_ name: String) -> Text {
    Text(url.appending(path: name).path)
  }

  /// Runs a program in the folder.
  func run(_ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    process.currentDirectoryURL = url
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.start()
    process.waitUntilExit()
  }
}
