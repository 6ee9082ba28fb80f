// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A file of `Tests/Vectors`: what Flask and Werkzeug themselves wrote and read.
func vectors(_ name: String, file: String = #filePath) throws -> [String: Any] {
  let tests = URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
  let data = try Data(contentsOf: tests.appendingPathComponent("Vectors/\(name)"))
  return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
}

extension Dictionary where Key == String, Value == Any {
  /// The cases under a key; none is a fault of the file.
  func cases(_ key: String) -> [[String: Any]] {
    self[key] as? [[String: Any]] ?? []
  }
}
