// SPDX-License-Identifier: Apache-2.0
internal import Support

/// What a store remembers of its folder between two calls. Nothing that it writes depends on a memory of records.
final class FolderState: ForkObserver, @unchecked Sendable {
  private struct State {
    var swept: Int64 = 0
    var roomMade: Int64 = 0
    var dialect: FileDialect?
  }

  private let lock = Lock()
  private var state = State()
  private var observation: ForkObservation?

  init() {
    observation = ForkObservation(self)
  }

  deinit {
    observation?.end()
  }

  /// Where in the folder a sweep goes on, 0 being the beginning. Threads that sweep at once may look at files twice.
  var swept: Int64 {
    get { lock.holding { state.swept } }
    set { lock.holding { state.swept = newValue } }
  }

  /// The same for what new records remove, so that neither makes the other skip any.
  var roomMade: Int64 {
    get { lock.holding { state.roomMade } }
    set { lock.holding { state.roomMade = newValue } }
  }

  /// How the records are written that were met where nobody counts.
  var dialect: FileDialect? {
    get { lock.holding { state.dialect } }
    set { lock.holding { state.dialect = newValue } }
  }

  func prepareForFork() {
    lock.take()
  }

  func forkedAsParent() {
    lock.drop()
  }

  func forkedAsChild() {
    lock.reset()
  }
}
