// SPDX-License-Identifier: Apache-2.0
internal import CSupport

/// Copies bytes by memcpy: where code is compiled for size, the standard library's own copying goes byte by byte.
package func copyBytes(_ source: UnsafeBufferPointer<UInt8>, to target: UnsafeMutablePointer<UInt8>) {
  guard let start = source.baseAddress else { return }
  memcpy(target, start, source.count)
}
