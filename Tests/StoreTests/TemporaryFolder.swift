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
}
