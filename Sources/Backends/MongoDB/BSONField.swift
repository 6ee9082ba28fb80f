// SPDX-License-Identifier: Apache-2.0
#if MongoDB
  internal import Support

  /// A value within a document that came, and of which type it is.
  struct BSONField {
    let type: UInt8
    /// Without type and name.
    let bytes: ArraySlice<UInt8>

    static var double: UInt8 { 0x01 }
    static var text: UInt8 { 0x02 }
    static var document: UInt8 { 0x03 }
    static var array: UInt8 { 0x04 }
    static var binary: UInt8 { 0x05 }
    static var flag: UInt8 { 0x08 }
    static var date: UInt8 { 0x09 }
    static var null: UInt8 { 0x0A }
    static var int32: UInt8 { 0x10 }
    static var int64: UInt8 { 0x12 }

    /// A whole number of any of the types that servers count in.
    var number: Int64? {
      switch type {
      case BSONField.double: Int64(exactly: Double(bitPattern: bits))
      case BSONField.int32: Int64(Int32(truncatingIfNeeded: bits))
      case BSONField.int64: Int64(bitPattern: bits)
      default: nil
      }
    }

    /// Milliseconds since 1970.
    var date: Int64? { type == BSONField.date ? Int64(bitPattern: bits) : nil }

    /// The bytes of a binary value of subtype 0.
    var binary: [UInt8]? {
      guard type == BSONField.binary, bytes.count >= 5, bytes[bytes.startIndex + 4] == 0 else { return nil }
      return bytes.withUnsafeBufferPointer { Array(UnsafeBufferPointer(rebasing: $0[5...])) }
    }

    /// The bytes of a text.
    var text: [UInt8]? {
      guard type == BSONField.text, bytes.count >= 5 else { return nil }
      return Array(bytes.dropFirst(4).dropLast())
    }

    /// Letters and digits alone, as names of errors have them.
    var word: String? {
      guard type == BSONField.text, bytes.count >= 5 else { return nil }
      let letters = bytes.dropFirst(4).prefix { 0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 }
      return String(decoding: letters.prefix(60), as: UTF8.self)
    }

    /// The fields of a document or of an array.
    var fields: BSONFields? {
      type == BSONField.document || type == BSONField.array ? BSONFields(bytes) : nil
    }

    /// Little-endian, of the first 8 bytes or fewer.
    private var bits: UInt64 {
      var bits: UInt64 = 0
      for byte in bytes.prefix(8).reversed() { bits = bits << 8 | UInt64(byte) }
      return bits
    }
  }
#endif
