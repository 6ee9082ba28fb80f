// SPDX-License-Identifier: Apache-2.0
internal import Support

extension SessionManager {
  /// The figures of this manager in this process, as Prometheus reads them.
  package var metrics: [UInt8] { FigureText(reporter.figures, hasStore: policy.isServerSide).bytes }

  /// Takes what a cookie says, and counts what came of it. Of one that names an id, that is counted when it is loaded.
  func read(_ cookie: [UInt8], into session: Session) throws(Failure) {
    do throws(Failure) {
      try policy.open(cookie, into: session)
    } catch {
      reporter.report(.rejected, reason: error.status)
      throw error
    }
    guard session.origin == .cookie, session.isWhole else { return }
    session.isInCookie = true
    reporter.report(.opened)
  }

  func save(_ session: Session) throws(Failure) -> CookieAnswer {
    guard policy.isServerSide || session.knownID != nil else { return try saveInCookie(session) }
    guard session.modified || session.knownID != nil else { return try policy.save(session) }
    let start = Figures.now
    defer { reporter.figures.time(.saveSession, since: start) }
    do throws(Failure) {
      return try policy.isServerSide ? policy.save(session) : saveInCookie(session)
    } catch {
      if error.status == .conflict || error.status == .gone {
        reporter.report(error.status == .gone ? .gone : .conflict, session: session.knownID)
      }
      throw error
    }
  }

  private func saveInCookie(_ session: Session) throws(Failure) -> CookieAnswer {
    let answer = try policy.save(session)
    report(answer, of: session)
    return answer
  }

  /// Of a session in its cookie.
  func report(_ answer: CookieAnswer, of session: Session) {
    switch answer {
    case .nothing: break
    case .set:
      reporter.report(!session.isInCookie ? .created : session.modified ? .saved : .touched)
      session.isInCookie = true
    case .delete:
      if session.isInCookie { reporter.report(.ended) }
      session.isInCookie = false
    }
  }
}

extension Session {
  /// Whether the cookie held what was read.
  fileprivate var isWhole: Bool {
    if case .named = place { false } else { true }
  }

  /// The id that a store was asked for.
  fileprivate var knownID: Text? {
    switch place {
    case .nowhere: nil
    case .signed(_, let tie): tie.id
    case .named(let id): id
    case .stored(let record): record.id
    }
  }
}
