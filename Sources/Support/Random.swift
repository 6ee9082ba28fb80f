// SPDX-License-Identifier: Apache-2.0
internal import CSupport

/// The kernel's generator of random bytes.
package enum Random {
  /// Writes `count` bytes to `output`.
  package static func fill(_ output: UnsafeMutablePointer<UInt8>, count: Int) throws(Failure) {
    let problem = csupport_random(output, count)
    guard problem == 0 else {
      throw Failure(.internal, "The system gave no random bytes.", native: problem)
    }
  }

  package static func bytes(_ count: Int) throws(Failure) -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { output, written throws(Failure) in
      guard let start = output.baseAddress else { return }
      try fill(start, count: count)
      written = count
    }
  }
}
