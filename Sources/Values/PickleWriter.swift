// SPDX-License-Identifier: Apache-2.0
import Support

/// The recursion of `Pickle.encode`, in the order of CPython's C pickler.
struct PickleWriter {
  var output: PickleOutput
  /// Protocol 0.
  let isText: Bool
  private var count = 0

  init(_ version: Pickle.Version) {
    output = PickleOutput(version)
    isText = version == .zero
  }

  mutating func encode(_ value: Value) throws(Failure) -> [UInt8] {
    try write(value, depth: 0)
    let bytes = output.finish()
    let limits = Limits()
    guard bytes.count <= limits.size, count <= limits.count else {
      throw Failure(
        .tooLarge,
        "the value takes \(bytes.count) bytes of pickle and \(count) values; at most \(limits.size) and "
          + "\(limits.count) are written")
    }
    return bytes
  }

  /// - Parameter depth: of the container that the value is in.
  // Not inlined, or each container would hold copies of the whole switch.
  @inline(never)
  private mutating func write(_ value: Value, depth: Int) throws(Failure) {
    // An item and the place of it in the memo count for the reader.
    count += 2
    output.beginObject()
    switch value {
    case .null: output.append(0x4E)
    case .bool(let bool): writeBool(bool)
    case .integer(let integer): writeInteger(integer)
    case .unsigned(let integer): writeWide(WideInteger.bytes(of: integer), digits: Text("\(integer)"))
    case .wide(let digits): writeWide(WideInteger.bytes(of: digits), digits: digits)
    case .double(let double): writeDouble(double)
    case .text(let text): writeText(text)
    case .bytes(let bytes): writeBytes(bytes)
    case .array(let items): try writeArray(items, depth: depth + 1)
    case .tuple(let items): try writeTuple(items, depth: depth + 1)
    case .map(let map): try writeMap(map, depth: depth + 1)
    case .time(let time): try writeTime(time)
    case .uuid(let uuid): writeUUID(uuid)
    case .markup(let text): writeMarkup(text)
    }
  }

  // MARK: - Numbers

  private mutating func writeBool(_ bool: Bool) {
    if isText {
      output.append(bool ? "I01\n" : "I00\n")
    } else {
      output.append(bool ? 0x88 : 0x89)
    }
  }

  mutating func writeInteger(_ integer: Int64) {
    guard Int32.min...Int32.max ~= Int32(truncatingIfNeeded: integer),
      Int64(Int32(truncatingIfNeeded: integer)) == integer
    else { return writeWide(WideInteger.bytes(of: integer), digits: Text("\(integer)")) }
    if isText {
      output.append(0x49)
      output.append(Text("\(integer)\n").bytes)
    } else if 0...0xFF ~= integer {
      output.append([0x4B, UInt8(truncatingIfNeeded: integer)])
    } else if 0...0xFFFF ~= integer {
      output.append(0x4D)
      output.append(UInt64(integer), size: 2)
    } else {
      output.append(0x4A)
      output.append(UInt64(bitPattern: integer), size: 4)
    }
  }

  mutating func writeWide(_ bytes: [UInt8], digits: Text) {
    if isText {
      output.append(0x4C)
      output.append(digits.bytes)
      output.append("L\n")
    } else if bytes.count < 256 {
      output.append([0x8A, UInt8(truncatingIfNeeded: bytes.count)])
      output.append(bytes)
    } else {
      output.append(0x8B)
      output.append(UInt64(bytes.count), size: 4)
      output.append(bytes)
    }
  }

  private mutating func writeDouble(_ double: Double) {
    guard isText else {
      output.append(0x47)
      output.append(double.bitPattern.byteSwapped, size: 8)
      return
    }
    output.append(0x46)
    if double.isFinite {
      var digits: [UInt8] = []
      Decimal.append(double, .flask, to: &digits)
      output.append(digits)
    } else {
      output.append(double.isNaN ? "nan" : double < 0 ? "-inf" : "inf")
    }
    output.append("\n")
  }

  // MARK: - Text and bytes

  mutating func writeText(_ text: Text, single: PickleSingle? = nil) {
    if isText {
      var line: [UInt8] = [0x56]
      PickleText.escape(text, into: &line)
      line.append(0x0A)
      output.append(line)
    } else {
      output.append(head: head(text.count, short: 0x8C, long: 0x58), text.bytes)
    }
    output.memoize(single?.rawValue)
  }

  mutating func writeBytes(_ bytes: [UInt8]) {
    guard isText else {
      output.append(head: head(bytes.count, short: 0x43, long: 0x42), bytes)
      output.memoize()
      return
    }
    if bytes.isEmpty {
      writeName(.bytes)
      output.append("(t")
    } else {
      writeName(.encode)
      output.append("(")
      writeText(PickleText.ofLatin1(bytes))
      if !output.refer(to: PickleSingle.latin1.rawValue) { writeText("latin1", single: .latin1) }
      closeTuple(2)
    }
    reduce()
  }

  private func head(_ count: Int, short: UInt8, long: UInt8) -> [UInt8] {
    if count < 256 { return [short, UInt8(truncatingIfNeeded: count)] }
    let size = UInt32(truncatingIfNeeded: count)
    return [long] + [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: size >> $0) }
  }

  // MARK: - Containers

  private mutating func writeArray(_ items: [Value], depth: Int) throws(Failure) {
    try check(depth)
    output.append(isText ? "(l" : "]")
    output.memoize()
    if isText || items.count == 1 {
      for item in items {
        try write(item, depth: depth)
        output.append(0x61)
      }
      return
    }
    for start in stride(from: 0, to: items.count, by: PickleWriter.batch) {
      output.append(0x28)
      for item in items[start..<min(start + PickleWriter.batch, items.count)] { try write(item, depth: depth) }
      output.append(0x65)
    }
  }

  private mutating func writeMap(_ map: Map, depth: Int) throws(Failure) {
    try check(depth)
    output.append(isText ? "(d" : "}")
    output.memoize()
    let entries = map.entries
    if isText || entries.count == 1 {
      for entry in entries {
        try write(entry, depth: depth)
        output.append(0x73)
      }
      return
    }
    if entries.isEmpty { return }
    // One more, empty, behind a last batch that is full: CPython looks for more items and finds none.
    for start in stride(from: 0, through: entries.count, by: PickleWriter.batch) {
      output.append(0x28)
      for entry in entries[start..<min(start + PickleWriter.batch, entries.count)] { try write(entry, depth: depth) }
      output.append(0x75)
    }
  }

  private mutating func write(_ entry: Map.Entry, depth: Int) throws(Failure) {
    try write(entry.key, depth: depth)
    try write(entry.value, depth: depth)
  }

  private mutating func writeTuple(_ items: [Value], depth: Int) throws(Failure) {
    try check(depth)
    if items.isEmpty {
      output.append(isText ? "(t" : ")")
      return
    }
    if isText || items.count > 3 { output.append(0x28) }
    for item in items { try write(item, depth: depth) }
    closeTuple(items.count)
  }

  mutating func closeTuple(_ count: Int) {
    output.append(isText || count > 3 ? 0x74 : 0x84 + UInt8(truncatingIfNeeded: count))
    output.memoize()
  }

  private func check(_ depth: Int) throws(Failure) {
    guard depth <= Limits().depth else {
      throw Failure(.tooLarge, "the value nests deeper than \(Limits().depth) levels")
    }
  }

  private static var batch: Int { 1000 }
}
