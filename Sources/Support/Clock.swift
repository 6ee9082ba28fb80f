// SPDX-License-Identifier: Apache-2.0
internal import CSupport

/// The wall clock: seconds since 1970-01-01T00:00:00Z, by the system or by whom the host named.
package struct Clock {
  package typealias Function = @convention(c) (UnsafeMutableRawPointer?) -> Int64

  private let function: Function?
  private let context: UnsafeMutableRawPointer?

  package static var system: Clock { Clock(nil, context: nil) }

  /// - Parameter function: nil for the system's clock.
  package init(_ function: Function?, context: UnsafeMutableRawPointer?) {
    self.function = function
    self.context = context
  }

  package func now() -> Int64 {
    function?(context) ?? csupport_wall_clock()
  }
}
