// SPDX-License-Identifier: Apache-2.0
package import Support

/// What stands under the old id of a session that was renewed, for the requests of its browser that are still under way:
/// the id under which the session lives now.
///
/// `N.`, the pickle of None, comes first: every version of Flask-Session takes such a record for no session. Behind it
/// stand `swiftsession forward ` and the id.
package struct Forward {
  package let id: Text

  package init(to id: Text) {
    self.id = id
  }

  /// Nil for a record that is no forward.
  package init?(_ record: [UInt8]) {
    let mark = Forward.mark
    guard record.count > mark.count, record.count <= mark.count + 200, record.starts(with: mark) else { return nil }
    id = Text(Array(record[mark.count...]))
  }

  package var record: [UInt8] { Forward.mark + id.bytes }

  private static var mark: [UInt8] { Text("N.swiftsession forward ").bytes }
}
