// SPDX-License-Identifier: Apache-2.0

/// What holds locks or connections that must not be in mid-use when the process forks.
///
/// None of the three may make or free an observer.
package protocol ForkObserver: AnyObject {
  /// Before the fork: takes the locks, so that the child finds none held by a thread that it does not have.
  func prepareForFork()
  /// After the fork, in the parent: drops them.
  func forkedAsParent()
  /// After the fork, in the child, which has this one thread: resets them.
  func forkedAsChild()
}
