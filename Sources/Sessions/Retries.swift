// SPDX-License-Identifier: Apache-2.0
internal import CSupport
internal import Stores
internal import Support

/// Spaces the attempts of one call: the second follows at once, later ones after a random wait that grows, so that
/// requests that met once do not meet again. Only the deadline ends them.
struct Retries {
  private let deadline: Deadline
  private var count = 0

  init(_ deadline: Deadline) {
    self.deadline = deadline
  }

  /// - Parameter failure: thrown when the deadline has passed.
  mutating func pause(_ failure: @autoclosure () -> Failure) throws(Failure) {
    guard !deadline.hasPassed else { throw failure() }
    if count > 0 {
      var random: UInt16 = 0
      _ = csupport_random(&random, MemoryLayout<UInt16>.size)
      let longest = Int64(1) << min(count, 5)
      csupport_sleep(min(Int64(random) % (longest + 1), deadline.remaining))
    }
    count += 1
  }
}
