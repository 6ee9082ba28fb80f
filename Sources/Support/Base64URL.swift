// SPDX-License-Identifier: Apache-2.0
internal import CSupport

/// Base64 with the URL-safe alphabet and without padding (RFC 4648, section 5), as itsdangerous writes it.
package enum Base64URL {
  /// The characters that `count` bytes take. `count` is the size of something in memory, so this cannot overflow.
  package static func encodedCount(_ count: Int) -> Int {
    count / 3 * 4 + (count % 3 == 0 ? 0 : count % 3 + 1)
  }

  package static func encoded(_ bytes: [UInt8]) -> [UInt8] {
    let size = encodedCount(bytes.count)
    if size == 0 { return [] }
    return [UInt8](unsafeUninitializedCapacity: size) { output, count in
      guard let start = output.baseAddress else { return }
      bytes.withUnsafeBufferPointer { encode($0, into: start) }
      count = size
    }
  }

  /// Writes `encodedCount(bytes.count)` characters to `output`, which must have the room. The bytes may stand at the end
  /// of that room: they are read before the characters reach them.
  ///
  /// - Parameter width: how many characters may be done at a time.
  package static func encode(
    _ bytes: UnsafeBufferPointer<UInt8>, into output: UnsafeMutablePointer<UInt8>, width: Int32 = widest
  ) {
    guard let start = bytes.baseAddress else { return }
    csupport_base64url_encode(start, bytes.count, output, width)
  }

  /// Reads only what `encode` writes: no padding, no other characters, unused bits zero. One value has one spelling, so
  /// a signed cookie cannot be changed and still be the same cookie. Nil for anything else.
  package static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    guard let count = decodedCount(text.count) else { return nil }
    if count == 0 { return [] }
    var sound = true
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { output, written in
      if let start = output.baseAddress { sound = decode(text, into: start) }
      written = sound ? count : 0
    }
    return sound ? bytes : nil
  }

  /// The bytes that `count` characters stand for; nil for a count that no text has.
  package static func decodedCount(_ count: Int) -> Int? {
    count % 4 == 1 ? nil : count / 4 * 3 + (count % 4 == 0 ? 0 : count % 4 - 1)
  }

  /// Writes `decodedCount(text.count)` bytes to `output`; false, and then only garbage, for what `encode` never writes.
  ///
  /// - Parameter width: how many characters may be done at a time.
  package static func decode(
    _ text: UnsafeBufferPointer<UInt8>, into output: UnsafeMutablePointer<UInt8>, width: Int32 = widest
  ) -> Bool {
    guard let start = text.baseAddress else { return text.isEmpty }
    return csupport_base64url_decode(start, text.count, output, width) == 1
  }

  package static var widest: Int32 { 32 }
}
