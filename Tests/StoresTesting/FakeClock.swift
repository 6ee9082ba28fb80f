// SPDX-License-Identifier: Apache-2.0
package import Support

/// A wall clock that stands where a test sets it. One thread at a time.
package final class FakeClock: @unchecked Sendable {
  private let time: UnsafeMutablePointer<Int64>

  package init(_ now: Int64) {
    time = .allocate(capacity: 1)
    time.initialize(to: now)
  }

  deinit {
    time.deallocate()
  }

  package var now: Int64 {
    get { time.pointee }
    set { time.pointee = newValue }
  }

  /// To be used no longer than this object is there.
  package var clock: Clock {
    Clock({ $0?.load(as: Int64.self) ?? 0 }, context: time)
  }
}
