// SPDX-License-Identifier: Apache-2.0
#if Memcached
  internal import Stores
  internal import Support

  /// The bytes of one connection: lines and counted pieces of what comes in.
  final class MemcachedStream {
    /// Bytes of a line; the longest that is expected repeats a key.
    private static var longestLine: Int { 2048 }

    private let socket: Socket
    private let buffer: UnsafeMutableBufferPointer<UInt8>
    /// What has come and was not read yet.
    private var start = 0
    private var end = 0

    init(_ socket: Socket) {
      self.socket = socket
      buffer = .allocate(capacity: 16 << 10)
      buffer.initialize(repeating: 0)
    }

    deinit {
      buffer.deallocate()
    }

    /// Whether all that came was read.
    var isRead: Bool { start == end }

    var isQuiet: Bool { isRead && socket.isQuiet }

    func close() {
      socket.close()
    }

    func send(_ output: [UInt8], sent: inout Int, _ deadline: Deadline) throws(Failure) {
      try output.withUnsafeBufferPointer { (output) throws(Failure) in
        try socket.send(output, sent: &sent, deadline)
      }
    }

    /// The next line, without its end.
    func line(_ deadline: Deadline) throws(Failure) -> Text {
      var looked = 0
      while true {
        if let length = buffer[(start + looked)..<end].firstIndex(of: 0x0A).map({ $0 - start }) {
          var line = [UInt8](UnsafeBufferPointer(rebasing: buffer[start..<(start + length)]))
          start += length + 1
          if line.last == 0x0D { line.removeLast() }
          return Text(line)
        }
        looked = end - start
        guard looked <= MemcachedStream.longestLine else { throw MemcachedFailure.unexpected }
        try receive(deadline)
      }
    }

    /// The next so many bytes, for which room is made as they come.
    func bytes(_ count: Int, _ deadline: Deadline) throws(Failure) -> [UInt8] {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(min(count, buffer.count))
      while bytes.count < count {
        if isRead { try receive(deadline) }
        let piece = min(count - bytes.count, end - start)
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[start..<(start + piece)]))
        start += piece
      }
      return bytes
    }

    private func receive(_ deadline: Deadline) throws(Failure) {
      if start > 0 {
        for index in start..<end { buffer[index - start] = buffer[index] }
        (start, end) = (0, end - start)
      }
      end += try socket.receive(into: UnsafeMutableBufferPointer(rebasing: buffer[end...]), deadline)
    }
  }
#endif
