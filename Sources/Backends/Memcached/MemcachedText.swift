// SPDX-License-Identifier: Apache-2.0
#if Memcached
  internal import Stores
  internal import Support

  /// The text protocol: https://github.com/memcached/memcached/blob/master/doc/protocol.txt
  enum MemcachedText {
    static func format(_ request: MemcachedRequest, into output: inout [UInt8]) {
      switch request {
      case .get(let key): write(&output, "gets ", key)
      case .add(let key, let record, let expiry): return store(&output, "add ", key, record, expiry, nil)
      case .replace(let key, let record, let expiry, let token):
        return store(&output, "cas ", key, record, expiry, token)
      case .touch(let key, let expiry):
        write(&output, "touch ", key)
        write(&output, number: expiry)
      case .remove(let key): write(&output, "delete ", key)
      // What ends before now is removed, and no delete knows a token.
      case .removeIfSame(let key, let token): return store(&output, "cas ", key, [], -1, token)
      case .settings: write(&output, "stats settings")
      case .version: write(&output, "version")
      }
      write(&output, "\r\n")
    }

    private static func store(
      _ output: inout [UInt8], _ command: StaticString, _ key: Text, _ record: [UInt8], _ expiry: Int64,
      _ token: UInt64?
    ) {
      output.reserveCapacity(record.count + 320)
      write(&output, command, key)
      write(&output, " 0")
      write(&output, number: expiry)
      write(&output, number: record.count)
      if let token { write(&output, number: token) }
      write(&output, "\r\n")
      output.append(contentsOf: record)
      write(&output, "\r\n")
    }

    private static func write(_ output: inout [UInt8], _ word: StaticString, _ key: Text) {
      word.withUTF8Buffer { output.append(contentsOf: $0) }
      output.append(contentsOf: key.bytes)
    }

    private static func write(_ output: inout [UInt8], _ text: String) {
      output.append(contentsOf: Array(text.utf8))
    }

    private static func write(_ output: inout [UInt8], number: some FixedWidthInteger) {
      write(&output, " " + String(number))
    }

    // MARK: Answers

    static func reply(
      to request: MemcachedRequest, _ stream: MemcachedStream, largest: Int, _ deadline: Deadline
    ) throws(Failure) -> MemcachedReply {
      let line = try stream.line(deadline)
      switch request {
      case .get(let key):
        if line.isWord("END") { return .absent }
        if ServerText.starts(line.bytes, "VALUE ") {
          return try value(of: key, line, stream, largest, deadline)
        }
      case .add:
        if line.isWord("STORED") { return .done(nil) }
        if line.isWord("NOT_STORED") { return .exists }
      case .replace, .removeIfSame:
        if line.isWord("STORED") { return .done(nil) }
        if line.isWord("EXISTS") { return .exists }
        if line.isWord("NOT_FOUND") { return .absent }
      case .touch:
        if line.isWord("TOUCHED") { return .done(nil) }
        if line.isWord("NOT_FOUND") { return .absent }
      case .remove:
        if line.isWord("DELETED") { return .done(nil) }
        if line.isWord("NOT_FOUND") { return .absent }
      case .settings:
        // What stands before a server may not know the command.
        if line.isWord("ERROR") { return .settings(largestItem: nil, comparesAndSets: true) }
        if line.isWord("END") || ServerText.starts(line.bytes, "STAT ") {
          return try settings(line, stream, deadline)
        }
      case .version:
        if ServerText.starts(line.bytes, "VERSION ") { return .done(nil) }
      }
      return .error(try MemcachedFailure.make(line))
    }

    /// `VALUE key flags bytes cas`, the record, `END`.
    private static func value(
      of key: Text, _ line: Text, _ stream: MemcachedStream, _ largest: Int, _ deadline: Deadline
    ) throws(Failure) -> MemcachedReply {
      let fields = line.bytes.split(separator: 0x20, omittingEmptySubsequences: false)
      guard 4...5 ~= fields.count, fields[1].elementsEqual(key.bytes), let flags = number(fields[2]),
        let count = number(fields[3])
      else { throw MemcachedFailure.unexpected }
      guard fields.count == 5 else { throw MemcachedFailure.noCompareAndSet }
      guard let token = number(fields[4]) else { throw MemcachedFailure.unexpected }
      guard count <= UInt64(largest) else { throw MemcachedFailure.tooLarge }
      let record = try stream.bytes(Int(count), deadline)
      guard try stream.line(deadline).isEmpty, try stream.line(deadline).isWord("END") else {
        throw MemcachedFailure.unexpected
      }
      return .value(record, flags: flags, token: token)
    }

    /// Lines of `STAT name value` up to `END`.
    private static func settings(
      _ first: Text, _ stream: MemcachedStream, _ deadline: Deadline
    ) throws(Failure) -> MemcachedReply {
      var largestItem: Int64?
      var comparesAndSets = true
      var line = first
      var lines = 0
      while !line.isWord("END") {
        lines += 1
        guard lines <= 1000, ServerText.starts(line.bytes, "STAT ") else { throw MemcachedFailure.unexpected }
        let fields = line.bytes.split(separator: 0x20, maxSplits: 2)
        if fields.count == 3 {
          setting(Text(Array(fields[1])), Text(Array(fields[2])), &largestItem, &comparesAndSets)
        }
        line = try stream.line(deadline)
      }
      return .settings(largestItem: largestItem, comparesAndSets: comparesAndSets)
    }

    static func setting(_ name: Text, _ value: Text, _ largestItem: inout Int64?, _ comparesAndSets: inout Bool) {
      if name.isWord("item_size_max") { largestItem = number(value.bytes[...]).flatMap { Int64(exactly: $0) } }
      if name.isWord("cas_enabled") { comparesAndSets = !value.isWord("no") }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
      guard 1...20 ~= digits.count else { return nil }
      var number: UInt64 = 0
      for digit in digits {
        guard 0x30...0x39 ~= digit else { return nil }
        let (tens, isTooMuch) = number.multipliedReportingOverflow(by: 10)
        let (sum, isStillTooMuch) = tens.addingReportingOverflow(UInt64(digit & 15))
        if isTooMuch || isStillTooMuch { return nil }
        number = sum
      }
      return number
    }
  }

  extension Text {
    fileprivate func isWord(_ word: StaticString) -> Bool {
      word.withUTF8Buffer { $0.elementsEqual(bytes) }
    }
  }
#endif
