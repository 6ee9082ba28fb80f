// SPDX-License-Identifier: Apache-2.0
internal import CSupport
internal import Support

/// The figures of one manager in one process: how often what happened, and how long what took.
///
/// Each is one number that any thread adds to without a lock. A forked child begins with zeros, so that the figures of
/// all processes add up.
final class Figures: ForkObserver, @unchecked Sendable {
  private let numbers: UnsafeMutablePointer<UInt64>
  private var observation: ForkObservation?

  // One after the other: events by kind, rejections and errors of the store by status, times by work.
  private static var kinds: Int { 16 }
  static var statuses: Int { 32 }
  private static var times: Int { kinds + 2 * statuses }
  /// The buckets, then the sum.
  private static var timesOfOne: Int { TimeBucket.last + 2 }
  private static var count: Int { times + TimedWork.count * timesOfOne }

  init() {
    numbers = .allocate(capacity: Figures.count)
    numbers.initialize(repeating: 0, count: Figures.count)
    observation = ForkObservation(self)
  }

  deinit {
    observation?.end()
    numbers.deallocate()
  }

  func count(_ kind: EventKind, _ reason: Status) {
    csupport_count(numbers + Int(kind.rawValue), 1)
    if kind.usualReasons != 0 { csupport_count(numbers + place(kind, reason), 1) }
  }

  /// Nanoseconds of the clock that nobody sets.
  static var now: Int64 { csupport_monotonic_nanoseconds() }

  func time(_ work: TimedWork, since start: Int64) {
    let taken = UInt64(max(Figures.now - start, 0))
    csupport_count(numbers + place(work, TimeBucket.of(nanoseconds: taken)), 1)
    csupport_count(numbers + place(work, TimeBucket.last + 1), taken)
  }

  func counted(_ kind: EventKind) -> UInt64 {
    csupport_counted(numbers + Int(kind.rawValue))
  }

  /// Of a rejection or an error of the store.
  func counted(_ kind: EventKind, _ reason: Status) -> UInt64 {
    csupport_counted(numbers + place(kind, reason))
  }

  func counted(_ work: TimedWork, bucket: Int) -> UInt64 {
    csupport_counted(numbers + place(work, bucket))
  }

  func nanoseconds(_ work: TimedWork) -> UInt64 {
    csupport_counted(numbers + place(work, TimeBucket.last + 1))
  }

  private func place(_ kind: EventKind, _ reason: Status) -> Int {
    Figures.kinds + (kind == .rejected ? 0 : Figures.statuses) - Int(reason.rawValue)
  }

  private func place(_ work: TimedWork, _ index: Int) -> Int {
    Figures.times + work.rawValue * Figures.timesOfOne + index
  }

  func prepareForFork() {}

  func forkedAsParent() {}

  func forkedAsChild() {
    numbers.update(repeating: 0, count: Figures.count)
  }
}
