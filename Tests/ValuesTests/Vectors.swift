// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A file of `Tests/Vectors`.
func vectors(_ name: String) throws -> [String: Any] {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  let data = try Data(contentsOf: folder.appendingPathComponent("Vectors/\(name).json"))
  return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
}
