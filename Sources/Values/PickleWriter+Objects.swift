// SPDX-License-Identifier: Apache-2.0
import Support

/// The objects of Python's classes.
extension PickleWriter {
  mutating func writeName(_ name: PickleSingle) {
    output.beginObject()
    if output.refer(to: name.rawValue) { return }
    let names = name.names
    if isText {
      output.append(0x63)
      output.append(names.module)
      output.append("\n")
      output.append(names.name)
      output.append("\n")
    } else {
      output.beginObject()
      if !output.refer(to: name.module.rawValue) {
        writeText(Text(stringLiteral: names.module), single: name.module)
      }
      output.beginObject()
      writeText(Text(stringLiteral: names.name))
      output.append(0x93)
    }
    output.memoize(name.rawValue)
  }

  mutating func reduce(_ single: PickleSingle? = nil) {
    output.append(0x52)
    output.memoize(single?.rawValue)
  }

  private mutating func open(_ count: Int) {
    output.beginObject()
    if isText || count > 3 { output.append(0x28) }
  }

  mutating func writeTime(_ time: DateTime) throws(Failure) {
    guard let fields = PythonTime.fields(of: time) else {
      throw Failure(.wrongType, "a time is not within the years 1 to 9999, so Python cannot hold it")
    }
    writeName(.dateTime)
    open(2)
    output.beginObject()
    writeBytes(fields)
    if !time.isNaive { writeZone(Int64(time.offset ?? 0)) }
    closeTuple(time.isNaive ? 1 : 2)
    reduce()
  }

  private mutating func writeZone(_ offset: Int64) {
    output.beginObject()
    if offset == 0, output.refer(to: PickleSingle.utc.rawValue) { return }
    let days: Int64 = offset < 0 ? -1 : 0
    writeName(.zone)
    open(1)
    writeName(.duration)
    open(3)
    for number in [days, offset - days * 86_400, 0] {
      output.beginObject()
      writeInteger(number)
    }
    closeTuple(3)
    reduce()
    closeTuple(1)
    reduce(offset == 0 ? .utc : nil)
  }

  mutating func writeUUID(_ uuid: UUID) {
    if isText {
      writeName(.reconstructor)
      open(3)
      writeName(.uuid)
      writeName(.object)
      output.append("N")
      closeTuple(3)
      reduce()
    } else {
      writeName(.uuid)
      output.append([0x29, 0x81])
      output.memoize()
    }
    output.append(isText ? "(d" : "}")
    output.memoize()
    output.beginObject()
    if !output.refer(to: PickleSingle.int.rawValue) { writeText("int", single: .int) }
    output.beginObject()
    writeInteger(uuid)
    output.append("sb")
  }

  private mutating func writeInteger(_ uuid: UUID) {
    if uuid.high == 0, uuid.low <= UInt64(Int64.max) { return writeInteger(Int64(uuid.low)) }
    var bytes: [UInt8] = []
    for half in [uuid.low, uuid.high] {
      for index in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: half >> UInt64(index * 8))) }
    }
    bytes.append(0)
    while bytes.count > 1, bytes[bytes.count - 1] == 0, bytes[bytes.count - 2] < 0x80 { bytes.removeLast() }
    let number = bytes.withUnsafeBufferPointer { WideInteger.value($0) }
    var digits = Text("")
    switch number {
    case .wide(let text): digits = text
    case .unsigned(let integer): digits = Text("\(integer)")
    default: break
    }
    writeWide(bytes, digits: digits)
  }

  mutating func writeMarkup(_ text: Text) {
    if isText {
      writeName(.reconstructor)
      open(3)
      writeName(.markup)
      writeName(.unicode)
    } else {
      writeName(.markup)
      open(1)
    }
    output.beginObject()
    writeText(text)
    closeTuple(isText ? 3 : 1)
    output.append(isText ? 0x52 : 0x81)
    output.memoize()
  }
}
