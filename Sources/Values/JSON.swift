// SPDX-License-Identifier: Apache-2.0
package import Support

/// JSON as msgspec writes and reads it, to the byte: one of the two formats of Flask-Session's records.
///
/// It keeps fewer types than a session has: a tuple comes back as an array; bytes (in Base64), times and UUIDs as text.
package enum JSON {
  /// - Throws: `wrongType` for a key or a time that JSON cannot hold, `malformed` for text that is not UTF-8 (half a
  ///   surrogate pair among it), `tooLarge` for what `decode` would not take again.
  package static func encode(_ value: Value) throws(Failure) -> [UInt8] {
    var writer = PlainJSONWriter()
    return try writer.encode(value)
  }

  /// - Throws: `malformed` for what msgspec does not read, `tooLarge` above a limit.
  package static func decode(
    _ bytes: UnsafeBufferPointer<UInt8>, limits: Limits = Limits()
  ) throws(Failure) -> Value {
    try JSONReader.value(of: bytes, .msgspec, limits)
  }

  package static func decode(_ bytes: [UInt8], limits: Limits = Limits()) throws(Failure) -> Value {
    try bytes.withUnsafeBufferPointer { (bytes) throws(Failure) -> Value in
      try decode(bytes, limits: limits)
    }
  }
}
