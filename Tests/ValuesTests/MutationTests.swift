// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Values

/// Damaged input: it is refused or it is a value, which comes back the same once it is written.
@Suite struct MutationTests {
  @Test func taggedJSON() throws {
    try check(samples.map { try TaggedJSON.encode($0) }, joints: Array("{}[],:\"\\ 01.-eEtbudNIn".utf8)) { bytes in
      guard let value = try? TaggedJSON.decode(bytes) else { return nil }
      // The offset of a time is read and not written.
      return (value, try TaggedJSON.decode(try TaggedJSON.encode(value, style: .flaskUnsorted)), { withoutOffsets($0) })
    }
  }

  @Test func exactTaggedJSON() throws {
    let samples = try samples.map { try TaggedJSON.encode($0, style: .exact) }
    try check(samples, joints: Array("{}[],:\"\\ 01.-+eEtbudNInTZ".utf8)) { bytes in
      guard let value = try? TaggedJSON.decode(bytes, style: .exact) else { return nil }
      return (value, try TaggedJSON.decode(try TaggedJSON.encode(value, style: .exact), style: .exact), { $0 })
    }
  }

  @Test func json() throws {
    try check(samples.map { try JSON.encode($0) }, joints: Array("{}[],:\"\\ 01.-eEtbudNIn".utf8)) { bytes in
      guard let value = try? JSON.decode(bytes) else { return nil }
      return (value, try JSON.decode(try JSON.encode(value)), { $0 })
    }
  }

  @Test func messagePack() throws {
    let joints: [UInt8] = [
      0x00, 0x7F, 0x81, 0x91, 0xA1, 0xC0, 0xC1, 0xC4, 0xC7, 0xCA, 0xCB, 0xCF, 0xD3, 0xD6, 0xD7, 0xD9, 0xDC, 0xDF, 0xFF,
    ]
    try check(samples.map { try MessagePack.encode($0) }, joints: joints) { bytes in
      guard let value = try? MessagePack.decode(bytes) else { return nil }
      return (value, try MessagePack.decode(try MessagePack.encode(value)), { $0 })
    }
  }

  @Test func pickle() throws {
    let joints: [UInt8] = [
      0x28, 0x29, 0x2E, 0x30, 0x31, 0x32, 0x43, 0x4B, 0x4E, 0x52, 0x5D, 0x61, 0x62, 0x63, 0x65, 0x68, 0x70, 0x71, 0x73,
      0x75, 0x7D, 0x80, 0x81, 0x85, 0x8A, 0x8C, 0x91, 0x93, 0x94, 0x95,
    ]
    let old = try samples.map { try Pickle.encode($0, .zero) }
    let new = try samples.map { try Pickle.encode($0, .four) }
    try check(old + new, joints: joints) { bytes in
      guard let value = try? Pickle.decode(bytes) else { return nil }
      // An offset counts, and a fraction of a microsecond was never there.
      return (value, try Pickle.decode(try Pickle.encode(value, .five)), { $0 })
    }
  }

  private var samples: [Value] {
    get throws {
      [
        map([("_permanent", .bool(true)), ("username", "jack"), ("n", .integer(-300)), ("x", .double(-2.5e-7))]),
        map([
          ("_flashes", .array([.tuple(["message", "hel\u{e9}\u{1F600}\n\"o"])])), ("b", .bytes([0, 255, 7])),
          ("t", .time(DateTime(seconds: 1_579_538_700))), (" t", .null),
        ]),
        map([(" u", .uuid(UUID(high: 0x0123_4567_89AB_CDEF, low: 42)))]),
        map([("t", .time(DateTime(seconds: 1_579_538_700, nanoseconds: 123_456_000, offset: 28_800)))]),
        .array([
          .unsigned(.max), .integer(.min), .null, map([]), .array([]), .tuple([]), .markup("<b>"), map([(" t", .null)]),
        ]),
      ]
    }
  }

  /// - Parameter roundTrip: nil for what is refused; else the value, the value written and read, and what of them counts.
  private func check(
    _ samples: [[UInt8]], joints: [UInt8], roundTrip: ([UInt8]) throws -> (Value, Value, (Value) -> Value)?
  ) throws {
    var generator = Generator(state: 1)
    var read = 0
    for round in 0..<20_000 {
      var bytes = samples[round % samples.count]
      for _ in 0..<Int.random(in: 1...4, using: &generator) { mutate(&bytes, joints, &generator) }
      guard let (value, again, relevant) = try roundTrip(bytes) else { continue }
      read += 1
      if relevant(value) != relevant(again) { Issue.record("\(bytes) comes back as another value") }
    }
    // Were nothing read, nothing would be checked.
    #expect(1000..<19_000 ~= read)
  }

  private func mutate(_ bytes: inout [UInt8], _ joints: [UInt8], _ generator: inout Generator) {
    let place = Int(generator.next() % UInt64(bytes.count + 1))
    let joint = joints[Int(generator.next() % UInt64(joints.count))]
    switch generator.next() % 6 {
    case 0: bytes.insert(joint, at: place)
    case 1: bytes.insert(UInt8(truncatingIfNeeded: generator.next()), at: place)
    case 2 where place < bytes.count: bytes.remove(at: place)
    case 3 where place < bytes.count: bytes[place] = joint
    case 4 where place < bytes.count: bytes[place] ^= 1 << UInt8(generator.next() % 8)
    case 5 where place < bytes.count:
      let end = min(bytes.count, place + Int(generator.next() % 8))
      bytes.insert(contentsOf: bytes[place..<end], at: Int(generator.next() % UInt64(bytes.count + 1)))
    default: break
    }
  }
}

private func withoutOffsets(_ value: Value) -> Value {
  switch value {
  case .time(let time): return .time(DateTime(seconds: time.seconds, nanoseconds: time.nanoseconds))
  case .array(let items): return .array(items.map(withoutOffsets))
  case .tuple(let items): return .tuple(items.map(withoutOffsets))
  case .map(let inner): return map(inner.entries.map { ($0.key, withoutOffsets($0.value)) })
  default: return value
  }
}
