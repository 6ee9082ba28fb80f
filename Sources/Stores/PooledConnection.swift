// SPDX-License-Identifier: Apache-2.0

/// A connection as its pool sees it.
package protocol PooledConnection: AnyObject {
  /// Whether another call may have it. Asked when a call gives it back: false after a protocol error, an unread reply or
  /// an open transaction.
  var isReusable: Bool { get }

  /// Whether it still stands. Asked before it is used again; costs a microsecond at most.
  func isAlive() -> Bool

  func close()

  /// In a forked child: lets go of its half without a word to the server, because the parent still talks to it.
  func abandon()
}
