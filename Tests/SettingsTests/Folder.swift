// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A temporary folder that is removed with its last reference.
final class Folder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "settings-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a new file.
  func file(_ name: String, _ content: Data) throws -> String {
    let file = "\(path)/\(name)"
    try content.write(to: URL(fileURLWithPath: file))
    return file
  }
}
