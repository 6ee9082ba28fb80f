// SPDX-License-Identifier: Apache-2.0
internal import CSupport

/// Bytes that must not outlive their use: overwritten when the last reference is dropped.
package final class Secret: @unchecked Sendable {
  private let bytes: UnsafeMutableBufferPointer<UInt8>

  package init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = .allocate(capacity: bytes.count)
    _ = self.bytes.initialize(from: bytes)
  }

  deinit {
    csupport_wipe(bytes.baseAddress, bytes.count)
    bytes.deallocate()
  }

  package var count: Int { bytes.count }

  package func withBytes<Result, E: Error>(_ body: (UnsafeBufferPointer<UInt8>) throws(E) -> Result) throws(E) -> Result
  {
    try body(UnsafeBufferPointer(bytes))
  }
}
