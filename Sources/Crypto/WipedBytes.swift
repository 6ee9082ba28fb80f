// SPDX-License-Identifier: Apache-2.0
internal import CCrypto
package import Support

/// Memory for key material, on the stack where there are few bytes, and overwritten when `body` is done.
package func withWipedBytes<Result>(
  _ count: Int, _ body: (UnsafeMutableBufferPointer<UInt8>) throws(Failure) -> Result
) throws(Failure) -> Result {
  try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { bytes throws(Failure) -> Result in
    defer { ccrypto_wipe(bytes.baseAddress, count) }
    return try body(bytes)
  }
}
