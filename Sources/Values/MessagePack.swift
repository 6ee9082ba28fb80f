// SPDX-License-Identifier: Apache-2.0
package import Support

/// MessagePack as msgspec writes and reads it, to the byte: what Flask-Session's records hold by default.
///
/// It keeps fewer types than a session has: a tuple comes back as an array, a UUID as text, a time in UTC.
package enum MessagePack {
  /// - Throws: `tooLarge` for integers wider than 64 bits and for what `decode` would not take again, `malformed` for
  ///   text that is not UTF-8 (half a surrogate pair among it), `wrongType` for times that Python does not have.
  package static func encode(_ value: Value) throws(Failure) -> [UInt8] {
    var writer = MessagePackWriter()
    return try writer.encode(value)
  }

  /// An extension other than the time is `malformed`: no type of ours can carry it, and to drop it would lose it.
  ///
  /// - Throws: `malformed` for what msgspec does not read, `tooLarge` above a limit.
  package static func decode(
    _ bytes: UnsafeBufferPointer<UInt8>, limits: Limits = Limits()
  ) throws(Failure) -> Value {
    try MessagePackReader.value(of: bytes, limits)
  }

  package static func decode(_ bytes: [UInt8], limits: Limits = Limits()) throws(Failure) -> Value {
    try bytes.withUnsafeBufferPointer { (bytes) throws(Failure) -> Value in
      try decode(bytes, limits: limits)
    }
  }
}
