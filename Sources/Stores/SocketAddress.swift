// SPDX-License-Identifier: Apache-2.0
package import Support

/// Where a server listens.
package enum SocketAddress: Sendable {
  case host(name: Text, port: UInt16)
  /// The path of a socket of this machine.
  case local(Text)

  /// For messages.
  package var text: String {
    switch self {
    case .host(let name, let port):
      (name.bytes.contains(0x3A) ? "[\(name.string)]:\(Int(port))" : "\(name.string):\(Int(port))" as Message).text
    case .local(let path): path.string
    }
  }
}
