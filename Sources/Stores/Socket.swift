// SPDX-License-Identifier: Apache-2.0
internal import CSupport
package import Support

/// A connection to a server. Nothing waits beyond its deadline, but the resolver of host names.
///
/// Throws TIMEOUT at the deadline and UNAVAILABLE otherwise, with the errno.
package struct Socket: Sendable {
  private let descriptor: Int32

  private init(_ descriptor: Int32) {
    self.descriptor = descriptor
  }

  /// - Parameter server: what messages call it, for example `Redis`.
  package static func connect(
    to address: SocketAddress, of server: StaticString, _ deadline: Deadline
  ) throws(Failure) -> Socket {
    var descriptor: Int32 = -1
    let error =
      switch address {
      case .host(let name, let port):
        withCString(name) { name in
          withCString(Text("\(port)")) { csupport_connect_host(name, $0, deadline.milliseconds, &descriptor) }
        }
      case .local(let path):
        withCString(path) { csupport_connect_local($0, deadline.milliseconds, &descriptor) }
      }
    if error == 0 { return Socket(descriptor) }
    if error == ETIME {
      throw Failure(.timeout, "\(server) at \(address.text) did not answer in the time for connecting", native: error)
    }
    throw Failure(
      .unavailable,
      "\(server) at \(address.text) cannot be reached: \(reason(error)); see that it runs and listens there",
      native: error)
  }

  /// Sends all of it.
  ///
  /// - Parameter sent: how much went out, also where it throws.
  package func send(
    _ bytes: UnsafeBufferPointer<UInt8>, sent: inout Int, _ deadline: Deadline
  ) throws(Failure) {
    var count = 0
    let error = csupport_send(descriptor, bytes.baseAddress, bytes.count, deadline.milliseconds, &count)
    sent = count
    try check(error)
  }

  /// Waits for bytes, which are one or more.
  package func receive(
    into buffer: UnsafeMutableBufferPointer<UInt8>, _ deadline: Deadline
  ) throws(Failure) -> Int {
    var count = 0
    try check(csupport_receive(descriptor, buffer.baseAddress, buffer.count, deadline.milliseconds, &count))
    guard count > 0 else { throw Failure(.unavailable, "The server closed the connection") }
    return count
  }

  /// Whether it stands, and nothing has come that nobody asked for.
  package var isQuiet: Bool { csupport_is_quiet(descriptor) != 0 }

  /// Once.
  package func close() {
    csupport_close(descriptor)
  }

  private func check(_ error: Int32) throws(Failure) {
    if error == 0 { return }
    if error == ETIME {
      throw Failure(.timeout, "The server did not answer until the time for the call was over", native: error)
    }
    throw Failure(.unavailable, "The connection to the server was lost: \(Socket.reason(error))", native: error)
  }

  private static func withCString(_ text: Text, _ body: (UnsafePointer<CChar>?) -> Int32) -> Int32 {
    let characters = text.bytes.map { CChar(bitPattern: $0) } + [0]
    return characters.withUnsafeBufferPointer { body($0.baseAddress) }
  }

  private static func reason(_ error: Int32) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
      buffer.initialize(repeating: 0)
      guard let start = buffer.baseAddress else { return "" }
      csupport_error_text(error, start, buffer.count)
      return String(cString: start)
    }
  }
}
