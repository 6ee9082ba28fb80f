// SPDX-License-Identifier: Apache-2.0
internal import Stores
internal import Support

extension MigratingStore {
  /// Moves about `limit` records, each with a time of its own, and says whether there may be more.
  ///
  /// - Parameter progress: what it came to, also where it throws.
  func move(
    _ progress: inout MigrationProgress, limit: Int, now: Int64, _ callLimit: CallLimit
  ) throws(Failure) -> Bool {
    guard now < old.until else {
      throw Failure(.config, "SESSION_MIGRATE_UNTIL has passed; set it to a time to come to move what is left.")
    }
    let list = try old.store.list(
      old.prefix, after: progress.place, limit: min(limit, KeyList.most), callLimit.call(now: now))
    for oldKey in list.keys {
      guard let key = key(oldKey) else { continue }
      try move(key, oldKey, &progress, callLimit.call(now: now))
    }
    let next = list.next ?? []
    guard next.count <= 255 else {
      throw Failure(.unsupported, "The old store has keys of more than 255 bytes, behind which its list cannot go on.")
    }
    progress.place = next
    return list.next != nil
  }

  private func move(
    _ key: Text, _ oldKey: Text, _ progress: inout MigrationProgress, _ call: Call
  ) throws(Failure) {
    do throws(Failure) {
      if case .brought = try Move(self, key, oldKey, call).run() {
        progress.moved += 1
      } else {
        progress.skipped += 1
      }
    } catch {
      guard error.status == .malformed || error.status == .tooLarge else { throw error }
      progress.unreadable += 1
    }
  }

  /// Where a record of the old store belongs; nil for what is neither a session's nor a user's.
  private func key(_ oldKey: Text) -> Text? {
    guard oldKey.bytes.starts(with: old.prefix.bytes) else { return nil }
    let name = Array(oldKey.bytes[old.prefix.count...])
    guard SessionID.isPlausible(name) || UserSessions.isKey(name) else { return nil }
    let key = Text(prefix.bytes + name)
    return key.count <= new.largestKey ? key : nil
  }
}
