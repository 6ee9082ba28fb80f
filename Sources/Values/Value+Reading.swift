// SPDX-License-Identifier: Apache-2.0
package import Support

extension Value {
  /// What Python's `bool()` answers.
  package var isTrue: Bool {
    switch self {
    case .null: false
    case .bool(let bool): bool
    case .integer(let integer): integer != 0
    case .double(let double): double != 0
    case .text(let text), .markup(let text): !text.isEmpty
    case .bytes(let bytes): !bytes.isEmpty
    case .array(let items), .tuple(let items): !items.isEmpty
    case .map(let map): !map.isEmpty
    case .unsigned, .wide, .time, .uuid: true
    }
  }
}

/// The value as one type; all throw WRONG_TYPE for another.
extension Value {
  package var bool: Bool {
    get throws(Failure) {
      guard case .bool(let bool) = self else { throw wrongType("a boolean") }
      return bool
    }
  }

  /// - Throws: TOO_LARGE beyond 64 bits.
  package var integer: Int64 {
    get throws(Failure) {
      switch self {
      case .integer(let integer): return integer
      case .unsigned, .wide: throw Failure(.tooLarge, "The integer does not fit into 64 bits; read it as JSON.")
      default: throw wrongType("an integer")
      }
    }
  }

  /// An integer beyond 64 bits is rounded, as Python's `float()` does.
  package var double: Double {
    get throws(Failure) {
      switch self {
      case .double(let double): return double
      case .integer(let integer): return Double(integer)
      case .unsigned(let integer): return Double(integer)
      case .wide(let digits): return digits.bytes.withUnsafeBufferPointer { Decimal.double($0) }
      default: throw wrongType("a number")
      }
    }
  }

  package var text: Text {
    get throws(Failure) {
      switch self {
      case .text(let text), .markup(let text): return text
      default: throw wrongType("text")
      }
    }
  }

  package var bytes: [UInt8] {
    get throws(Failure) {
      guard case .bytes(let bytes) = self else { throw wrongType("bytes") }
      return bytes
    }
  }

  package var time: DateTime {
    get throws(Failure) {
      guard case .time(let time) = self else { throw wrongType("a time") }
      return time
    }
  }

  private func wrongType(_ wanted: StaticString) -> Failure {
    Failure(.wrongType, "The value is not \(wanted).")
  }
}
