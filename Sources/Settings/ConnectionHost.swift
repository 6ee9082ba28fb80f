// SPDX-License-Identifier: Apache-2.0
package import Support

/// One server of a `ConnectionURL`.
package struct ConnectionHost: Sendable, Equatable {
  /// A name, an address without brackets, or, where a URL has `%2F`, the path of a socket.
  package let name: Text
  /// Nil for the port that the service usually has.
  package let port: UInt16?

  package init(name: Text, port: UInt16?) {
    self.name = name
    self.port = port
  }
}
