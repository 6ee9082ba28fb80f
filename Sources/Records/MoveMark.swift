// SPDX-License-Identifier: Apache-2.0
package import Support

/// What stands for a record while it moves from an old store to a new one.
///
/// In the new store a place is held first; then the old record is wrapped where it is, by compare-and-set: from then on
/// the session lives in the new store, whoever puts the record into the held place.
package enum MoveMark {
  /// Holds the place of a record that is to come.
  ///
  /// - Parameter nonce: what no other mark has, so that no two places are equal.
  package static func place(_ nonce: Text) -> [UInt8] {
    HiddenRecord.make("place", nonce.bytes)
  }

  package static func isPlace(_ record: [UInt8]) -> Bool {
    HiddenRecord.content(record, "place") != nil
  }

  /// An old record that nobody is to find any more, and that is to be put into its new place.
  package static func leaving(_ record: [UInt8]) -> [UInt8] {
    HiddenRecord.make("leaving", record)
  }

  /// The old record of such a mark; nil for another record.
  package static func record(leaving mark: [UInt8]) -> [UInt8]? {
    HiddenRecord.content(mark, "leaving")
  }
}
