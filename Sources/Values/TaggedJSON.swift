// SPDX-License-Identifier: Apache-2.0
package import Support

/// Flask's tagged JSON, to the byte: the payload of Flask's session cookie.
package enum TaggedJSON {
  /// - Parameter sorted: whether the keys of every map are sorted, as Flask does by default.
  /// - Throws: `wrongType` for keys that JSON cannot hold or Python cannot sort, `malformed` for text that is not UTF-8,
  ///   `tooLarge` for what `decode` would not take again.
  package static func encode(_ value: Value, sorted: Bool = true) throws(Failure) -> [UInt8] {
    var writer = TaggedJSONWriter(sorted: sorted)
    return try writer.encode(value)
  }

  /// - Throws: `malformed` for what Flask does not read, `tooLarge` above a limit.
  package static func decode(
    _ bytes: UnsafeBufferPointer<UInt8>, limits: Limits = Limits()
  ) throws(Failure) -> Value {
    try JSONReader.value(of: bytes, .flask, limits)
  }

  package static func decode(_ bytes: [UInt8], limits: Limits = Limits()) throws(Failure) -> Value {
    try bytes.withUnsafeBufferPointer { (bytes) throws(Failure) -> Value in
      try decode(bytes, limits: limits)
    }
  }
}
