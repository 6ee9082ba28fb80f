// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// Stands between a client and a server on loopback, and hangs up when told: before or after the server has heard what
/// the client sends.
final class CuttingProxy: Sendable {
  enum Cut: Int, Sendable { case never, before, after }

  let port: UInt16
  private let descriptor: Int32
  private let server: UInt16
  private let cutting = Atomic<Int>(Cut.never.rawValue)
  private let accepted = Atomic<Int>(0)

  init(_ server: UInt16) throws {
    self.server = server
    (descriptor, port) = try FakeServer.bound()
    listen(descriptor, 16)
    Thread { [self] in
      while true {
        let client = accept(descriptor, nil, nil)
        guard client >= 0 else {
          close(descriptor)
          return
        }
        accepted.add(1, ordering: .relaxed)
        Thread { self.serve(client) }.start()
      }
    }.start()
  }

  var connections: Int { accepted.load(ordering: .relaxed) }

  /// What happens to the next thing that a client sends; then nothing again.
  func cut(_ cut: Cut) { cutting.store(cut.rawValue, ordering: .relaxed) }

  func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  private func serve(_ client: Int32) {
    defer { close(client) }
    let upstream = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(upstream) }
    guard FakeServer.join(upstream, server) else { return }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      var both = [
        pollfd(fd: client, events: Int16(POLLIN), revents: 0), pollfd(fd: upstream, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&both, 2, -1) > 0 else { return }
      for (from, to) in [(0, 1), (1, 0)] where both[from].revents != 0 {
        let count = recv(both[from].fd, &buffer, buffer.count, 0)
        guard count > 0 else { return }
        let cut = from == 0 ? cutting.exchange(Cut.never.rawValue, ordering: .relaxed) : Cut.never.rawValue
        if cut == Cut.before.rawValue { return }
        guard send(both[to].fd, &buffer, count, Int32(MSG_NOSIGNAL)) == count else { return }
        if cut == Cut.after.rawValue {
          // Until the server has done it.
          _ = recv(upstream, &buffer, buffer.count, 0)
          return
        }
      }
    }
  }
}
