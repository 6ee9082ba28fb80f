// SPDX-License-Identifier: Apache-2.0
internal import CSupport

/// Bytes that must not outlive their use: overwritten when the last reference is dropped, and in no core dump.
package final class Secret: @unchecked Sendable {
  private let bytes: UnsafeMutableBufferPointer<UInt8>

  package convenience init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.init([bytes])
  }

  /// The parts, one after the other.
  package init(_ parts: [UnsafeBufferPointer<UInt8>]) {
    bytes = Secret.memory(parts.reduce(0) { $0 + $1.count })
    var position = 0
    for part in parts {
      for byte in part {
        bytes.initializeElement(at: position, to: byte)
        position += 1
      }
    }
  }

  /// `count` bytes that `fill` writes.
  package init(count: Int, _ fill: (UnsafeMutablePointer<UInt8>) throws(Failure) -> Void) throws(Failure) {
    bytes = Secret.memory(count)
    if let start = bytes.baseAddress {
      try fill(start)
    }
  }

  deinit {
    csupport_secret_free(bytes.baseAddress, bytes.count)
  }

  private static func memory(_ count: Int) -> UnsafeMutableBufferPointer<UInt8> {
    let start = csupport_secret_new(count).bindMemory(to: UInt8.self, capacity: count)
    return UnsafeMutableBufferPointer(start: start, count: count)
  }

  package var count: Int { bytes.count }

  package func withBytes<Result, E: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(E) -> Result
  ) throws(E) -> Result {
    try body(UnsafeBufferPointer(bytes))
  }
}
