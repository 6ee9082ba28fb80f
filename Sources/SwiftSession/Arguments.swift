// SPDX-License-Identifier: Apache-2.0
internal import CSupport
internal import Support

/// Data that a caller gave.
///
/// - Parameter name: what the header calls the argument.
func data(
  _ start: UnsafeRawPointer?, _ size: Int, _ name: StaticString
) throws(Failure) -> UnsafeBufferPointer<UInt8> {
  guard let start else { throw Failure(.argument, "\(name) is NULL.") }
  guard 0...largestArgument ~= size else {
    throw Failure(.tooLarge, "\(name) has more than \(largestArgument) bytes.")
  }
  return UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: size)
}

/// Data that a caller gave as text.
func textData(
  _ start: UnsafeRawPointer?, _ size: Int, _ name: StaticString
) throws(Failure) -> UnsafeBufferPointer<UInt8> {
  let bytes = try data(start, size, name)
  guard isUTF8(bytes) else { throw Failure(.argument, "\(name) is not UTF-8.") }
  return bytes
}

/// Text that ends with a zero byte.
func text(_ start: UnsafePointer<CChar>?, _ name: StaticString) throws(Failure) -> Text {
  guard let start else { throw Failure(.argument, "\(name) is NULL.") }
  return Text(Array(try textData(start, strlen(start), name)))
}

/// The place for a result that the caller has to give.
func place<Result>(
  _ pointer: UnsafeMutablePointer<Result>?, _ name: StaticString
) throws(Failure) -> UnsafeMutablePointer<Result> {
  guard let pointer else { throw Failure(.argument, "\(name) is NULL; give the address of the result.") }
  return pointer
}

/// Memory for a result that the caller gives back through `swiftsession_free`, with room for the zero byte behind it.
func allocate(_ count: Int) throws(Failure) -> UnsafeMutablePointer<UInt8> {
  guard let memory = malloc(count + 1) else { throw Failure(.internal, "No memory for a result.") }
  return memory.assumingMemoryBound(to: UInt8.self)
}

/// A copy that the caller gives back through `swiftsession_free`.
func copied(_ bytes: [UInt8]) throws(Failure) -> UnsafeMutableRawPointer {
  let copy = try allocate(bytes.count)
  bytes.withUnsafeBufferPointer { bytes in
    if let start = bytes.baseAddress { memcpy(copy, start, bytes.count) }
  }
  copy[bytes.count] = 0
  return UnsafeMutableRawPointer(copy)
}

/// What one argument may have: far above every format's own limit, far below where sizes overflow.
private var largestArgument: Int { 1 << 30 }
