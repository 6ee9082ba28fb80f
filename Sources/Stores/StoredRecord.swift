// SPDX-License-Identifier: Apache-2.0

/// A record as it was read, and what a later `replace` or `remove` compares with.
///
/// An object: of a value of so many parts the copies were some KB of the library.
package final class StoredRecord: Sendable {
  package let record: [UInt8]
  package let token: Token
  /// Seconds until it ends, rounded up. Nil where the call did not ask, and where the server does not tell.
  package let remaining: Int64?

  package init(record: [UInt8], token: Token, remaining: Int64? = nil) {
    self.record = record
    self.token = token
    self.remaining = remaining
  }

  /// For stores that compare the bytes.
  package convenience init(_ record: [UInt8], remaining: Int64? = nil) {
    self.init(record: record, token: .bytes(record), remaining: remaining)
  }
}
