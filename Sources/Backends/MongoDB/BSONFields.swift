// SPDX-License-Identifier: Apache-2.0
#if MongoDB
  internal import Support

  /// The fields of a document that came from a server, which may lie about every length.
  struct BSONFields {
    private var rest: ArraySlice<UInt8>

    /// Nil where the bytes are no document.
    init?(_ bytes: ArraySlice<UInt8>) {
      guard let size = BSONFields.length(bytes), size >= 5, size == bytes.count, bytes.last == 0 else { return nil }
      rest = bytes.dropFirst(4).dropLast()
    }

    /// The next field and its name; nil at the end, and at what no document has.
    mutating func next() -> (name: ArraySlice<UInt8>, field: BSONField)? {
      guard let type = rest.first, let end = rest.dropFirst().firstIndex(of: 0) else { return nil }
      let name = rest[(rest.startIndex + 1)..<end]
      let value = rest[(end + 1)...]
      guard let size = BSONFields.size(of: type, value), size <= value.count else {
        rest = []
        return nil
      }
      rest = value.dropFirst(size)
      return (name, BSONField(type: type, bytes: value.prefix(size)))
    }

    /// The first field of a name.
    subscript(name: StaticString) -> BSONField? {
      var fields = self
      while let (found, field) = fields.next() {
        if name.withUTF8Buffer({ found.elementsEqual($0) }) { return field }
      }
      return nil
    }

    /// How many bytes a value has; nil for what is no type or no length.
    private static func size(of type: UInt8, _ bytes: ArraySlice<UInt8>) -> Int? {
      switch type {
      case 0x06, 0x0A, 0x7F, 0xFF: 0
      case 0x08: 1
      case 0x10: 4
      case 0x01, 0x09, 0x11, 0x12: 8
      case 0x07: 12
      case 0x13: 16
      case 0x02, 0x0D, 0x0E: length(bytes).map { $0 + 4 }
      case 0x03, 0x04, 0x0F: length(bytes)
      case 0x05: length(bytes).map { $0 + 5 }
      case 0x0C: length(bytes).map { $0 + 16 }
      case 0x0B: twoTexts(bytes)
      default: nil
      }
    }

    /// A regular expression: two texts, each ended by a zero.
    private static func twoTexts(_ bytes: ArraySlice<UInt8>) -> Int? {
      guard let first = bytes.firstIndex(of: 0), let second = bytes[(first + 1)...].firstIndex(of: 0) else {
        return nil
      }
      return second + 1 - bytes.startIndex
    }

    /// The number before what has a length of its own: never negative.
    private static func length(_ bytes: ArraySlice<UInt8>) -> Int? {
      guard bytes.count >= 4 else { return nil }
      var length: UInt32 = 0
      for byte in bytes.prefix(4).reversed() { length = length << 8 | UInt32(byte) }
      return Int32(bitPattern: length) < 0 ? nil : Int(length)
    }
  }
#endif
