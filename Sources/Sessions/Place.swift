// SPDX-License-Identifier: Apache-2.0
internal import Stores
internal import Support
internal import Values

/// Where a session of one request stands in its store.
enum Place {
  /// Not in any store: new, ended, or a session that lives in its cookie.
  case nowhere
  /// The cookie names this id; the store was not asked yet.
  case named(Text)
  /// The record as it was last seen under this id.
  case stored(Text, SeenRecord)
}

/// A record as a request saw it last: what the next compare goes against, and what changes are replayed on.
struct SeenRecord {
  let values: Map
  let bytes: [UInt8]
  /// Nil where the server did not tell at the last write.
  let token: Token?
  /// Seconds that the record had still when it was read; nil where the store does not tell, and after a write.
  var remaining: Int64?
}
