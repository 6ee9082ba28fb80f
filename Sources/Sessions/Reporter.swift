// SPDX-License-Identifier: Apache-2.0
internal import Settings
internal import Support

/// Counts what happens to the sessions of one manager, and tells the host if it listens. Any thread may use it.
package final class Reporter {
  /// The host's function. It may be called on any thread that uses the manager.
  package typealias Listener = (Event) -> Void

  let figures = Figures()
  private let listener: Listener?
  /// Nil where nobody listens.
  private let naming: EventName?

  static func make(_ settings: Settings, _ listener: Listener?) throws(Failure) -> Reporter {
    Reporter(listener, listener == nil ? nil : try EventName.make(settings))
  }

  private init(_ listener: Listener?, _ naming: EventName?) {
    self.listener = listener
    self.naming = naming
  }

  /// - Parameters:
  ///   - session: its id. Like the other two, it is told by a name that nobody finds it by.
  ///   - previous: the id that it had before.
  func report(
    _ kind: EventKind, reason: Status = .ok, session: Text? = nil, previous: Text? = nil, user: Text? = nil
  ) {
    figures.count(kind, reason)
    guard let listener, let naming else { return }
    var names: [UInt8] = []
    naming.append(UInt8(ascii: "s"), session, to: &names)
    naming.append(UInt8(ascii: "s"), previous, to: &names)
    naming.append(UInt8(ascii: "u"), user, to: &names)
    listener(Event(kind: kind, reason: reason, names: names))
  }

  func report(_ kind: EventKind, _ record: SeenRecord, previous: Text? = nil) {
    report(kind, session: record.id, previous: previous, user: record.life?.tie?.user)
  }
}
