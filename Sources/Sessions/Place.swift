// SPDX-License-Identifier: Apache-2.0
internal import Stores
internal import Support
internal import Values

/// Where a session of one request stands in its store.
enum Place {
  /// Not in any store: new, ended, or a session that lives in its cookie and is no user's.
  case nowhere
  /// In its cookie, and this user's.
  case signed(SessionLife, UserTie)
  /// The cookie names this id; the store was not asked yet.
  case named(Text)
  case stored(SeenRecord)
}
