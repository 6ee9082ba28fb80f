// SPDX-License-Identifier: Apache-2.0
internal import CSupport

/// The two ways in which bytes are copied everywhere, by memcpy: where code is compiled for size, the standard library's
/// own go byte by byte.
extension Array where Element == UInt8 {
  package init(_ bytes: UnsafeBufferPointer<UInt8>) {
    // To an array without capacity Swift writes the count 0, into the empty array that all threads have.
    guard !bytes.isEmpty else {
      self = []
      return
    }
    self.init(unsafeUninitializedCapacity: bytes.count) { output, count in
      guard let target = output.baseAddress, let source = bytes.baseAddress else { return }
      memcpy(target, source, bytes.count)
      count = bytes.count
    }
  }

  package mutating func append(contentsOf bytes: UnsafeBufferPointer<UInt8>) {
    append(addingCapacity: bytes.count) { span in
      span.withUnsafeMutableBufferPointer { output, count in
        guard let target = output.baseAddress, let source = bytes.baseAddress else { return }
        memcpy(target + count, source, bytes.count)
        count += bytes.count
      }
    }
  }

  package mutating func append(contentsOf bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { append(contentsOf: $0) }
  }
}
