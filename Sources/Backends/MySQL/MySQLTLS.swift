// SPDX-License-Identifier: Apache-2.0
#if MySQL
  package import Support

  /// How a connection is encrypted, and by what the server is known. Without TLS there is no connection then.
  package struct MySQLTLS: Sendable, Equatable {
    /// Whether the server's certificate has to be good, and of the host of the address.
    package var verifies = false
    /// Paths of PEM files; nil: the system's authorities, and no certificate of our own.
    package var authority: Text?
    package var authorities: Text?
    package var certificate: Text?
    package var key: Text?
    package var cipher: Text?

    package init() {}
  }
#endif
