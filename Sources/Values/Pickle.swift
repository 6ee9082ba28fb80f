// SPDX-License-Identifier: Apache-2.0
package import Support

/// Python's pickle, protocols 0 to 5, as data: what records of Flask-Session 0.3 to 0.6 hold, and all its files.
///
/// A pickle is a program that may call anything. Here it is read by a machine that knows values, containers and the few
/// classes of `PickleName`, which become values; nothing is ever called, and a pickle that names anything else is
/// refused. What `Value` has no case for becomes what Flask-Session 0.8 makes of it when it stores a pickle anew: a set
/// an array, a date, a time of day, a duration or a Decimal text, a bytearray bytes.
package enum Pickle {
  /// The protocols that are written, each as CPython's C pickler writes it.
  package enum Version: UInt8, Sendable {
    case zero = 0
    case four = 4
    case five = 5
  }

  /// The bytes are CPython's where no text or container stands twice. CPython refers back to an object that it has
  /// written already; whether two equal texts are one object is an accident of the process, so each is written in full.
  ///
  /// - Throws: `tooLarge` for what `decode` would not take again, `wrongType` for times that Python does not have.
  package static func encode(_ value: Value, _ version: Version) throws(Failure) -> [UInt8] {
    var writer = PickleWriter(version)
    return try writer.encode(value)
  }

  /// A container that stands in several places becomes as many copies, all of which count; one that holds itself is
  /// `malformed`.
  ///
  /// - Throws: `malformed` for what is no pickle of plain data, `tooLarge` above a limit.
  package static func decode(
    _ bytes: UnsafeBufferPointer<UInt8>, limits: Limits = Limits()
  ) throws(Failure) -> Value {
    try PickleReader.value(of: bytes, limits)
  }

  package static func decode(_ bytes: [UInt8], limits: Limits = Limits()) throws(Failure) -> Value {
    try bytes.withUnsafeBufferPointer { (bytes) throws(Failure) -> Value in
      try decode(bytes, limits: limits)
    }
  }

  /// Whether bytes begin as the pickle of a map does, and as no map in MessagePack or JSON does: a protocol of 2 to 5,
  /// or the map's own opcode in protocol 1 or 0. (In MessagePack these are an empty map with something behind it, and
  /// the numbers 125 and 40.)
  package static func begins(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 2 else { return false }
    switch bytes[0] {
    case 0x80: return 2...5 ~= bytes[1]
    case 0x7D, 0x28: return true
    default: return false
    }
  }
}
