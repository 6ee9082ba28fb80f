// SPDX-License-Identifier: Apache-2.0
internal import CCrypto

/// Whether `count` bytes are equal, in a time that depends on `count` alone.
package func constantTimeEqual(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, count: Int) -> Bool {
  ccrypto_equal(left, right, count) == 1
}
