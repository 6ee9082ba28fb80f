// SPDX-License-Identifier: Apache-2.0

/// A connection that says how a call on it ended, so that the pool knows whether to make the call again.
package protocol DoubtfulConnection: PooledConnection {
  /// The connection itself broke, which another one may not have done.
  var isLost: Bool { get }

  /// A whole command that writes went out, and its answer did not come.
  var isInDoubt: Bool { get }
}
