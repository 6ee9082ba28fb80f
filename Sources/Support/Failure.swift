// SPDX-License-Identifier: Apache-2.0

/// The one error of the library: a status for the program, a message for the person.
///
/// The message says what was wrong, what was expected and what to do. It never holds a key, an id or a cookie's value.
package struct Failure: Error, Sendable {
  package let status: Status
  /// The number that the operating system or a client library gave, or 0.
  package let native: Int32
  package let message: String

  package init(_ status: Status, _ message: Message, native: Int32 = 0) {
    self.status = status
    self.message = message.text
    self.native = native
  }
}
