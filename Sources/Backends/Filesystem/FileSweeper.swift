// SPDX-License-Identifier: Apache-2.0
internal import CSupport
internal import Stores
internal import Support

/// Removes expired records, a part of the folder at a time.
struct FileSweeper {
  let folder: FileFolder
  let locks: FileLocks

  /// Looks at files from a position on, 0 at first.
  ///
  /// - Returns: how many were removed, and where to go on; nil in the end.
  func sweep(
    from start: Int64, removing most: Int, looking: Int, _ call: Call
  ) throws(Failure) -> (removed: Int, next: Int64?) {
    var (removed, looked) = (0, 0)
    var place: Int64? = start
    while let position = place, looked < looking, !call.deadline.hasPassed {
      // About as many names as may be looked at, so that the next call goes on behind them; and room for a long one.
      let room = min(max(looking - looked, 8), 256)
      for name in try folder.names(from: &place, atMost: room * FileSweeper.nameSize) {
        guard removed < most else { return (removed, position) }
        looked += 1
        do throws(Failure) {
          if try isRemoved(name, call) { removed += 1 }
        } catch {
          // What was removed has to be counted.
          guard removed > 0 else { throw error }
          return (removed, position)
        }
      }
    }
    return (removed, place)
  }

  private func isRemoved(_ name: FileName, _ call: Call) throws(Failure) -> Bool {
    guard name.isDigest else {
      try removeIfLeft(name)
      return false
    }
    guard try isExpired(name, call) else { return false }
    return try locks.holding(name, call.deadline) { () throws(Failure) -> Bool in
      guard try isExpired(name, call) else { return false }
      return try folder.remove(name)
    }
  }

  /// What cannot be read stays: nobody knows what it is.
  private func isExpired(_ name: FileName, _ call: Call) throws(Failure) -> Bool {
    guard let content = try? folder.read(name, limit: FileHeader.longest + 2), let header = FileHeader(content.bytes)
    else { return false }
    return !header.isLive(at: call.now)
  }

  /// A draft of a process that was killed an hour ago.
  private func removeIfLeft(_ name: FileName) throws(Failure) {
    guard name.isDraft, let content = try? folder.read(name, limit: 0) else { return }
    guard content.written / 1_000_000_000 < csupport_wall_clock() - 3600 else { return }
    _ = try folder.remove(name)
  }

  private static var nameSize: Int { 65 }
}
