// SPDX-License-Identifier: Apache-2.0
package import Support

/// Flask's tagged JSON, to the byte: the payload of Flask's session cookie.
package enum TaggedJSON {
  /// What Flask's form loses, an exact one keeps: the order of the keys, and of times what is less than a second.
  package enum Style: Sendable {
    /// Keys sorted, times as HTTP dates: what Flask writes by default.
    case flask
    /// Keys in their order, times as HTTP dates.
    case flaskUnsorted
    /// Keys in their order, times as RFC 3339 with all their digits and their offset.
    case exact
  }

  /// - Throws: `wrongType` for keys that JSON cannot hold or Python cannot sort, `malformed` for text that is not UTF-8,
  ///   `tooLarge` for what `decode` would not take again.
  package static func encode(_ value: Value, style: Style = .flask) throws(Failure) -> [UInt8] {
    var writer = TaggedJSONWriter(style)
    return try writer.encode(value)
  }

  /// - Parameter style: `exact` also reads the times of the others; they do not read its own.
  /// - Throws: `malformed` for what Flask does not read, and in `exact` for a time that it reads as null; `tooLarge`
  ///   above a limit.
  package static func decode(
    _ bytes: UnsafeBufferPointer<UInt8>, limits: Limits = Limits(), style: Style = .flask
  ) throws(Failure) -> Value {
    try JSONReader.value(of: bytes, .flask, limits, style)
  }

  package static func decode(
    _ bytes: [UInt8], limits: Limits = Limits(), style: Style = .flask
  ) throws(Failure) -> Value {
    try bytes.withUnsafeBufferPointer { (bytes) throws(Failure) -> Value in
      try decode(bytes, limits: limits, style: style)
    }
  }
}
