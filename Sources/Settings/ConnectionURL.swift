// SPDX-License-Identifier: Apache-2.0
package import Support

/// Where a store is and how to log in there: `scheme[+driver]://[user[:password]@][host[:port],...][/path][?query]`.
///
/// Read as RFC 3986 has it and stricter: a character that has a meaning of its own has to be written in percent signs
/// where it is meant as itself, so that a `/` or `@` in a password is an error and not another host.
package struct ConnectionURL: Sendable {
  /// In lower case.
  package let scheme: Text
  /// What SQLAlchemy calls the driver, and redis-py `unix`: what follows a `+`, in lower case.
  package let driver: Text?
  package let user: Text?
  package let password: Secret?
  /// Empty where the URL names none, as for a file or a socket.
  package let hosts: [ConnectionHost]
  /// With its leading slash; empty where the URL has none.
  package let path: Text
  /// In order, without percent signs; `+` is a space, as in Python.
  package let query: [(name: Text, value: Text)]
  /// The whole URL as it was given, for a client library that reads it itself.
  package let text: Secret

  /// The path without its leading slash: the name of a database, or a file as SQLAlchemy has it (`sqlite:///relative`,
  /// `sqlite:////absolute`).
  package var database: Text { Text(Array(path.bytes.dropFirst())) }

  /// - Parameter setting: named in the message of a failure, which holds nothing of the URL.
  package init(_ bytes: UnsafeBufferPointer<UInt8>, of setting: SettingName) throws(Failure) {
    let parser = ConnectionURLParser(setting: setting)
    let parts = try parser.split(Array(bytes))
    (scheme, driver) = try parser.scheme(parts.scheme)
    (user, password) = try parser.credentials(parts.credentials)
    hosts = try parser.hosts(parts.hosts)
    path = try parser.decoded(parts.path)
    query = try parser.query(parts.query)
    text = Secret(bytes)
  }
}
