// SPDX-License-Identifier: Apache-2.0
#if Memcached
  internal import Stores
  internal import Support

  /// The binary protocol: https://github.com/memcached/memcached/wiki/BinaryProtocolRevamped
  enum MemcachedBinary {
    private enum Operation: UInt8 {
      case get = 0x00
      case add = 0x02
      case replace = 0x03
      case remove = 0x04
      case version = 0x0B
      case settings = 0x10
      case touch = 0x1C
    }

    private static func operation(_ request: MemcachedRequest) -> Operation {
      switch request {
      case .get: .get
      case .add: .add
      case .replace: .replace
      case .touch: .touch
      case .remove, .removeIfSame: .remove
      case .settings: .settings
      case .version: .version
      }
    }

    static func format(_ request: MemcachedRequest, into output: inout [UInt8]) {
      switch request {
      case .get(let key), .remove(let key): write(&output, request, key)
      case .add(let key, let record, let expiry): write(&output, request, key, [0, expiry], record)
      case .replace(let key, let record, let expiry, let token):
        write(&output, request, key, [0, expiry], record, token)
      case .touch(let key, let expiry): write(&output, request, key, [expiry])
      case .removeIfSame(let key, let token): write(&output, request, key, [], [], token)
      case .settings: write(&output, request, "settings")
      case .version: write(&output, request, "")
      }
    }

    /// - Parameter extras: numbers of four bytes.
    private static func write(
      _ output: inout [UInt8], _ request: MemcachedRequest, _ key: Text, _ extras: [Int64] = [],
      _ record: [UInt8] = [], _ token: UInt64 = 0
    ) {
      let extrasCount = extras.count * 4
      output.reserveCapacity(output.count + 24 + extrasCount + key.count + record.count)
      output.append(0x80)
      output.append(operation(request).rawValue)
      write(&output, UInt64(key.count), 2)
      output.append(UInt8(extrasCount))
      write(&output, 0, 3)
      write(&output, UInt64(extrasCount + key.count + record.count), 4)
      write(&output, 0, 4)
      write(&output, token, 8)
      for extra in extras { write(&output, UInt64(truncatingIfNeeded: extra), 4) }
      output.append(contentsOf: key.bytes)
      output.append(contentsOf: record)
    }

    private static func write(_ output: inout [UInt8], _ number: UInt64, _ count: Int) {
      for place in 1...count { output.append(UInt8(truncatingIfNeeded: number >> UInt64((count - place) * 8))) }
    }

    // MARK: Answers

    /// What precedes the record in an answer.
    private struct Head {
      let status: UInt16
      let key: Text
      let extras: ArraySlice<UInt8>
      /// Bytes that follow.
      let recordCount: Int
      let token: UInt64
    }

    private static func head(
      of operation: Operation, _ stream: MemcachedStream, _ largest: Int, _ deadline: Deadline
    ) throws(Failure) -> Head {
      let bytes = try stream.bytes(24, deadline)
      guard bytes[0] == 0x81, bytes[1] == operation.rawValue else { throw MemcachedFailure.unexpected }
      let keyCount = Int(number(bytes[2..<4]))
      let extrasCount = Int(bytes[4])
      let bodyCount = number(bytes[8..<12])
      guard bodyCount <= UInt64(largest) else { throw MemcachedFailure.tooLarge }
      let recordCount = Int(bodyCount) - keyCount - extrasCount
      guard recordCount >= 0 else { throw MemcachedFailure.unexpected }
      let between = try stream.bytes(extrasCount + keyCount, deadline)
      return Head(
        status: UInt16(number(bytes[6..<8])), key: Text(Array(between[extrasCount...])),
        extras: between[..<extrasCount], recordCount: recordCount, token: number(bytes[16..<24]))
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
      var number: UInt64 = 0
      for byte in bytes { number = number << 8 | UInt64(byte) }
      return number
    }

    static func reply(
      to request: MemcachedRequest, _ stream: MemcachedStream, largest: Int, _ deadline: Deadline
    ) throws(Failure) -> MemcachedReply {
      if case .settings = request { return try settings(stream, deadline) }
      // Beside the record an answer has flags, or the sentence of an error.
      let head = try head(of: operation(request), stream, largest + 1024, deadline)
      let record = try stream.bytes(head.recordCount, deadline)
      switch (request, head.status) {
      case (.get, 0):
        guard head.extras.count == 4 else { throw MemcachedFailure.unexpected }
        return .value(record, flags: number(head.extras), token: head.token)
      case (_, 0): return .done(head.token == 0 ? nil : head.token)
      case (.get, 1), (.replace, 1), (.touch, 1), (.remove, 1), (.removeIfSame, 1): return .absent
      case (.add, 2), (.replace, 2), (.removeIfSame, 2): return .exists
      default: return .error(try MemcachedFailure.make(status: head.status))
      }
    }

    /// An answer for each, up to one without a name.
    private static func settings(_ stream: MemcachedStream, _ deadline: Deadline) throws(Failure) -> MemcachedReply {
      var largestItem: Int64?
      var comparesAndSets = true
      for _ in 0..<1000 {
        let head = try head(of: .settings, stream, 4096, deadline)
        let value = Text(try stream.bytes(head.recordCount, deadline))
        // What stands before a server may not know the command.
        if head.status == 0x81 || head.status == 0 && head.key.isEmpty {
          return .settings(largestItem: largestItem, comparesAndSets: comparesAndSets)
        }
        guard head.status == 0 else { return .error(try MemcachedFailure.make(status: head.status)) }
        MemcachedText.setting(head.key, value, &largestItem, &comparesAndSets)
      }
      throw MemcachedFailure.unexpected
    }
  }
#endif
