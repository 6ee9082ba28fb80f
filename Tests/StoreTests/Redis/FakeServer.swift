// SPDX-License-Identifier: Apache-2.0
import Foundation
import Stores
import Support

/// Accepts connections on a loopback port, and does on each what it was told: an answer to each thing that it reads, then
/// the end.
final class FakeServer: @unchecked Sendable {
  struct NoPort: Error {}

  let port: UInt16
  private let descriptor: Int32
  private let lock = NSLock()
  private var accepted = 0
  private var heard: [UInt8] = []

  /// - Parameters:
  ///   - answers: what each connection is sent, one thing for each that comes in.
  ///   - greeting: what it is sent before anything comes in.
  init(_ answers: [[UInt8]] = [], greeting: [UInt8] = []) throws {
    (descriptor, port) = try FakeServer.bound()
    listen(descriptor, 16)
    Thread { [descriptor] in
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else {
          close(descriptor)
          return
        }
        self.lock.withLock { self.accepted += 1 }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        _ = greeting.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        for answer in answers {
          let count = recv(connection, &buffer, buffer.count, 0)
          guard count > 0 else { break }
          self.lock.withLock { self.heard += buffer[..<count] }
          _ = answer.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        }
        if answers.isEmpty { _ = recv(connection, &buffer, buffer.count, 0) }
        close(connection)
      }
    }.start()
  }

  /// How many connections came.
  var connections: Int { lock.withLock { accepted } }

  /// All that came in for an answer.
  var received: [UInt8] { lock.withLock { heard } }

  /// Wakes the thread, which closes the descriptor: closed here, its number could be another server's by then, and this
  /// one would answer in its place.
  func stop() {
    shutdown(descriptor, Int32(SHUT_RDWR))
  }

  /// One that nobody listens on now.
  static func freePort() throws -> UInt16 {
    let (descriptor, port) = try bound()
    close(descriptor)
    return port
  }

  /// Whether somebody accepts connections there.
  static func isListening(_ port: UInt16) throws -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    return join(descriptor, port)
  }

  static func bound() throws -> (descriptor: Int32, port: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = loopback(0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let failed = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) != 0 || getsockname(descriptor, $0, &size) != 0
      }
    }
    if failed { throw NoPort() }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }

  /// Connects a socket to a port of this machine.
  static func join(_ descriptor: Int32, _ port: UInt16) -> Bool {
    var address = loopback(port)
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  private static func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    address.sin_port = port.bigEndian
    return address
  }
}
