// SPDX-License-Identifier: Apache-2.0
internal import CSupport
internal import Stores
internal import Support

/// Locks on single files of a folder, against other threads and other processes of ours. cachelib knows no locks.
///
/// They are places in one lock file and belong to a descriptor that each call opens. A forked child closes those that it
/// has from its parent, so that none outlives the parent.
final class FileLocks: ForkObserver, @unchecked Sendable {
  private let path: [CChar]
  private let mode: Int32
  private let lock = Lock()
  private var held: [Int32] = []
  private var observation: ForkObservation?

  init(_ folder: FileFolder) {
    path = folder.cString(.lock)
    mode = folder.mode
    observation = ForkObservation(self)
  }

  deinit {
    observation?.end()
  }

  /// - Throws: TIMEOUT at the deadline, UNAVAILABLE with ENOENT where there is no folder.
  func holding<Result>(
    _ name: FileName, _ deadline: Deadline, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let descriptor = try take(name, deadline)
    defer { drop(name, descriptor) }
    return try body()
  }

  // Neither of the two is inlined, or there would be copies of them for each type of a result.
  @inline(never)
  private func take(_ name: FileName, _ deadline: Deadline) throws(Failure) -> Int32 {
    var descriptor: Int32 = -1
    try FileFailure.check(csupport_lock_place(path, mode, name.place, deadline.milliseconds, &descriptor), "locked")
    lock.holding { held.append(descriptor) }
    return descriptor
  }

  @inline(never)
  private func drop(_ name: FileName, _ descriptor: Int32) {
    lock.holding { held.removeAll { $0 == descriptor } }
    csupport_unlock_place(descriptor, name.place)
  }

  func prepareForFork() {
    lock.take()
  }

  func forkedAsParent() {
    lock.drop()
  }

  func forkedAsChild() {
    for descriptor in held { csupport_close(descriptor) }
    held = []
    lock.reset()
  }
}
