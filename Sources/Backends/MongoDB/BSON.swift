// SPDX-License-Identifier: Apache-2.0
#if MongoDB
  internal import Support

  /// A document that is sent: its fields, one behind the other (https://bsonspec.org).
  struct BSON {
    private var fields: [UInt8] = []

    enum Value {
      case text(Text)
      /// A name of the protocol.
      case word(StaticString)
      /// Of subtype 0.
      case binary([UInt8])
      case number(Int32)
      case flag(Bool)
      /// Milliseconds since 1970.
      case date(Int64)
      case document(BSON)
      case array([Value])
      /// As another document had it.
      case copy(BSONField)
    }

    init(_ fields: (StaticString, Value)...) {
      for (name, value) in fields { add(name, value) }
    }

    mutating func add(_ name: StaticString, _ value: Value) {
      name.withUTF8Buffer { add(Array($0), value) }
    }

    /// With the length before the fields and the zero behind them.
    var bytes: [UInt8] {
      var output: [UInt8] = []
      output.reserveCapacity(fields.count + 5)
      output.append(int32: fields.count + 5)
      output.append(contentsOf: fields)
      output.append(0)
      return output
    }

    private mutating func add(_ name: [UInt8], _ value: Value) {
      fields.append(value.type)
      fields.append(contentsOf: name)
      fields.append(0)
      switch value {
      case .text(let text): add(text: text.bytes)
      case .word(let word): word.withUTF8Buffer { add(text: Array($0)) }
      case .binary(let bytes):
        fields.append(int32: bytes.count)
        fields.append(0)
        fields.append(contentsOf: bytes)
      case .number(let number): fields.append(int32: Int(number))
      case .flag(let flag): fields.append(flag ? 1 : 0)
      case .date(let milliseconds):
        for shift in 0..<8 { fields.append(UInt8(truncatingIfNeeded: milliseconds >> Int64(8 * shift))) }
      case .document(let document): fields.append(contentsOf: document.bytes)
      case .array(let values):
        var document = BSON()
        for (place, value) in values.enumerated() { document.add(Array("\(Int64(place))".utf8), value) }
        fields.append(contentsOf: document.bytes)
      case .copy(let field): fields.append(contentsOf: Array(field.bytes))
      }
    }

    private mutating func add(text: [UInt8]) {
      fields.append(int32: text.count + 1)
      fields.append(contentsOf: text)
      fields.append(0)
    }
  }

  extension BSON.Value {
    fileprivate var type: UInt8 {
      switch self {
      case .text, .word: BSONField.text
      case .document: BSONField.document
      case .array: BSONField.array
      case .binary: BSONField.binary
      case .flag: BSONField.flag
      case .date: BSONField.date
      case .number: BSONField.int32
      case .copy(let field): field.type
      }
    }
  }

  extension [UInt8] {
    /// Little-endian. Nothing that is sent comes near to 2 GiB.
    fileprivate mutating func append(int32 number: Int) {
      for shift in 0..<4 { append(UInt8(truncatingIfNeeded: number >> (8 * shift))) }
    }
  }
#endif
