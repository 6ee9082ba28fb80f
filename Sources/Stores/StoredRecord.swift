// SPDX-License-Identifier: Apache-2.0

/// A record as it was read, and what a later `replace` or `remove` compares with.
package struct StoredRecord: Sendable {
  package let record: [UInt8]
  package let token: Token

  package init(record: [UInt8], token: Token) {
    self.record = record
    self.token = token
  }

  /// For stores that compare the bytes.
  package init(_ record: [UInt8]) {
    self.init(record: record, token: .bytes(record))
  }
}
