// SPDX-License-Identifier: Apache-2.0
package import Support

/// What the `URLSafeTimedSerializer` of itsdangerous makes of a payload: packed for a URL, then signed with the time.
extension TimedSigner {
  package func pack(_ payload: [UInt8], now: Int64) throws(Failure) -> [UInt8] {
    let capacity = URLSafePayload.largestCount(payload.count) + overhead
    return try [UInt8](unsafeUninitializedCapacity: capacity) { output, count throws(Failure) in
      guard let start = output.baseAddress else { return }
      let size = try payload.withUnsafeBufferPointer { payload throws(Failure) in
        try URLSafePayload.encode(payload, into: start)
      }
      count = try sign(start, count: size, issued: now, now: now)
    }
  }

  /// The payload, once its signature and its age are found good.
  ///
  /// - Parameter limit: the most bytes that a compressed payload may expand to.
  /// - Throws: TAMPERED, EXPIRED, MALFORMED, or TOO_LARGE above the limit.
  package func unpack(
    _ signed: UnsafeBufferPointer<UInt8>, now: Int64, maxAge: Int64?, limit: Int
  ) throws(Failure) -> [UInt8] {
    try URLSafePayload.decode(try verify(signed, now: now, maxAge: maxAge).value, limit: limit)
  }
}
