// SPDX-License-Identifier: Apache-2.0
internal import Records
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
  /// Whether a session is told by what its record is called: of one in a list nothing else is known.
  private let hidesIDs: Bool

  static func make(_ settings: Settings, _ listener: Listener?) throws(Failure) -> Reporter {
    Reporter(listener, listener == nil ? nil : try EventName.make(settings), ListedNames(settings).areHidden)
  }

  private init(_ listener: Listener?, _ naming: EventName?, _ hidesIDs: Bool) {
    self.hidesIDs = hidesIDs
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
    naming.append(UInt8(ascii: "s"), name(session), to: &names)
    naming.append(UInt8(ascii: "s"), name(previous), to: &names)
    naming.append(UInt8(ascii: "u"), user, to: &names)
    listener(Event(kind: kind, reason: reason, names: names))
  }

  private func name(_ id: Text?) -> Text? {
    guard hidesIDs, let id, !SealedName.isOne(id) else { return id }
    return try? SealedName.make(id)
  }

  func report(_ kind: EventKind, _ record: SeenRecord, previous: Text? = nil) {
    report(kind, session: record.id, previous: previous, user: record.life?.tie?.user)
  }
}
