// SPDX-License-Identifier: Apache-2.0
internal import CSupport
internal import CZlib
package import Support

/// Bytes as the `URLSafeSerializer` of itsdangerous writes them: base64url, or `.` and base64url of a zlib stream where
/// that is shorter.
package enum URLSafePayload {
  /// The most characters that `count` bytes take.
  package static func largestCount(_ count: Int) -> Int {
    1 + Base64URL.encodedCount(count)
  }

  /// Writes at most `largestCount` characters to `output` and answers with their number.
  package static func encode(
    _ bytes: UnsafeBufferPointer<UInt8>, compresses: Bool = true, into output: UnsafeMutablePointer<UInt8>
  ) throws(Failure) -> Int {
    guard compresses, let stream = try compress(bytes) else {
      Base64URL.encode(bytes, into: output)
      return Base64URL.encodedCount(bytes.count)
    }
    output.pointee = dot
    stream.withUnsafeBufferPointer { Base64URL.encode($0, into: output + 1) }
    return 1 + Base64URL.encodedCount(stream.count)
  }

  /// Reads what `encode` wrote.
  ///
  /// - Parameter limit: the most bytes that a compressed payload may expand to.
  /// - Throws: MALFORMED, or TOO_LARGE above the limit.
  package static func decode(_ text: UnsafeBufferPointer<UInt8>, limit: Int) throws(Failure) -> [UInt8] {
    let compressed = isCompressed(text)
    guard let bytes = Base64URL.decode(compressed ? UnsafeBufferPointer(rebasing: text.dropFirst()) : text) else {
      throw notBase64
    }
    return compressed ? try expand(bytes, limit: limit) : bytes
  }

  package static func isCompressed(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    text.first == dot
  }

  private static var dot: UInt8 { 0x2E }

  /// Nil where the stream would not be at least two bytes shorter, the rule of itsdangerous.
  static func compress(_ bytes: UnsafeBufferPointer<UInt8>) throws(Failure) -> [UInt8]? {
    // A zlib stream has at least eight bytes.
    guard bytes.count >= 10 else { return nil }
    var size = bytes.count - 2
    var result: Int32 = 0
    let stream = [UInt8](unsafeUninitializedCapacity: size) { output, written in
      result = czlib_deflate(bytes.baseAddress, bytes.count, output.baseAddress, &size)
      written = result == Int32(CZLIB_OK) ? size : 0
    }
    switch result {
    case Int32(CZLIB_OK): return stream
    case Int32(CZLIB_FULL): return nil
    default: throw outOfMemory
    }
  }

  package static func expand(_ stream: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
    var output: UnsafeMutablePointer<UInt8>?
    var size = 0
    let result = czlib_inflate(stream, stream.count, limit, &output, &size)
    switch result {
    case Int32(CZLIB_OK): break
    case Int32(CZLIB_FULL): throw Failure(.tooLarge, "The payload expands to more than \(limit) bytes.")
    case Int32(CZLIB_BAD): throw Failure(.malformed, "The value is signed but its payload is not a whole zlib stream.")
    default: throw outOfMemory
    }
    defer { free(output) }
    return Array(UnsafeBufferPointer(start: output, count: size))
  }

  package static var notBase64: Failure {
    Failure(.malformed, "The value is signed but its payload is not base64url.")
  }

  private static var outOfMemory: Failure { Failure(.internal, "No memory for a zlib stream.") }
}
