// SPDX-License-Identifier: Apache-2.0
internal import Support

/// A record of ours that is no session: every version of Flask-Session takes it for nothing.
///
/// `N.`, the pickle of None, comes first, then ` swiftsession `, the kind and what it holds.
package enum HiddenRecord {
  package static func make(_ kind: StaticString, _ content: [UInt8]) -> [UInt8] {
    mark(kind) + content
  }

  /// Nil for a record of another kind.
  package static func content(_ record: [UInt8], _ kind: StaticString) -> [UInt8]? {
    let mark = mark(kind)
    return record.starts(with: mark) ? Array(record[mark.count...]) : nil
  }

  /// Whether it is one of any kind.
  package static func isOne(_ record: [UInt8]) -> Bool {
    record.starts(with: Text("N.swiftsession ").bytes)
  }

  private static func mark(_ kind: StaticString) -> [UInt8] {
    Text("N.swiftsession ").bytes + Text(stringLiteral: kind).bytes + [0x20]
  }
}
