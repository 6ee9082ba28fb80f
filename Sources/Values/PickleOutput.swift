// SPDX-License-Identifier: Apache-2.0

/// The bytes of a pickle, with the frames that protocols 4 and 5 put around them, and what is in its memo.
struct PickleOutput {
  private(set) var bytes: [UInt8] = []
  private let version: Pickle.Version
  /// Where the head of the frame at hand begins.
  private var frame: Int?
  private var memoized = 0
  /// The objects of which CPython has one each, by a number of `PickleWriter`: classes, the names of their modules.
  private var places: [Int?] = []

  init(_ version: Pickle.Version) {
    self.version = version
    bytes.reserveCapacity(1024)
    if version != .zero { bytes.append(contentsOf: [0x80, version.rawValue]) }
  }

  var isFramed: Bool { version != .zero }

  @inline(never)
  mutating func append(_ byte: UInt8) {
    openFrame()
    bytes.append(byte)
  }

  /// The lowest `size` bytes, the lowest first.
  mutating func append(_ number: UInt64, size: Int) {
    for index in 0..<size { append(UInt8(truncatingIfNeeded: number >> UInt64(index * 8))) }
  }

  @inline(never)
  mutating func append(_ more: [UInt8]) {
    openFrame()
    bytes.append(contentsOf: more)
  }

  @inline(never)
  mutating func append(_ line: StaticString) {
    openFrame()
    for index in 0..<line.utf8CodeUnitCount { bytes.append(line.utf8Start[index]) }
  }

  /// Contents with their head. Large ones are written outside of any frame.
  mutating func append(head: [UInt8], _ content: [UInt8]) {
    if isFramed, content.count >= PickleOutput.frameSize {
      closeFrame()
      bytes.append(contentsOf: head)
      bytes.append(contentsOf: content)
    } else {
      append(head)
      bytes.append(contentsOf: content)
    }
  }

  /// Another object begins: a frame that is full ends before it.
  @inline(never)
  mutating func beginObject() {
    if let frame, bytes.count - frame - PickleOutput.frameHead >= PickleOutput.frameSize { closeFrame() }
  }

  mutating func finish() -> [UInt8] {
    append(0x2E)
    closeFrame()
    return bytes
  }

  // MARK: - Memo

  /// Gives the object that was just written a place.
  mutating func memoize(_ single: Int? = nil) {
    if version == .zero {
      appendPlace(0x70, memoized)
    } else {
      append(0x94)
    }
    if let single {
      while places.count <= single { places.append(nil) }
      places[single] = memoized
    }
    memoized += 1
  }

  /// Refers to an object of which there is one, where it was written before.
  mutating func refer(to single: Int) -> Bool {
    guard single < places.count, let place = places[single] else { return false }
    if version == .zero {
      appendPlace(0x67, place)
    } else if place < 256 {
      append([0x68, UInt8(truncatingIfNeeded: place)])
    } else {
      append(0x6A)
      append(UInt64(place), size: 4)
    }
    return true
  }

  private mutating func appendPlace(_ opcode: UInt8, _ place: Int) {
    append(opcode)
    Decimal.append(Int64(place), to: &bytes)
    bytes.append(0x0A)
  }

  // MARK: - Frames

  private mutating func openFrame() {
    guard isFramed, frame == nil else { return }
    frame = bytes.count
    bytes.append(contentsOf: [UInt8](repeating: 0, count: PickleOutput.frameHead))
  }

  private mutating func closeFrame() {
    guard let start = frame else { return }
    frame = nil
    let size = bytes.count - start - PickleOutput.frameHead
    guard size >= 4 else {
      bytes.removeSubrange(start..<(start + PickleOutput.frameHead))
      return
    }
    bytes[start] = 0x95
    for index in 0..<8 { bytes[start + 1 + index] = UInt8(truncatingIfNeeded: size >> (index * 8)) }
  }

  private static var frameHead: Int { 9 }
  private static var frameSize: Int { 65_536 }
}
