// SPDX-License-Identifier: Apache-2.0
package import Settings
package import Stores

/// How long a call of a store may take: SESSION_TIMEOUT, or 5 seconds.
package struct CallLimit: Sendable {
  private let milliseconds: Int64

  package init(_ settings: Settings) {
    milliseconds = settings.milliseconds(.timeout) ?? 5_000
  }

  /// A call that begins here.
  package func call(now: Int64, tellsRemaining: Bool = false) -> Call {
    Call(now: now, deadline: .after(milliseconds: milliseconds), tellsRemaining: tellsRemaining)
  }
}
