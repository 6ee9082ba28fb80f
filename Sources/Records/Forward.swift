// SPDX-License-Identifier: Apache-2.0
package import Support

/// What stands under the old id of a session that was renewed, for the requests of its browser that are still under way:
/// the id under which the session lives now.
package struct Forward {
  package let id: Text

  package init(to id: Text) {
    self.id = id
  }

  /// Nil for a record that is no forward.
  package init?(_ record: [UInt8]) {
    guard let id = HiddenRecord.content(record, "forward"), 1...200 ~= id.count else { return nil }
    self.id = Text(id)
  }

  package var record: [UInt8] { HiddenRecord.make("forward", id.bytes) }
}
