// SPDX-License-Identifier: Apache-2.0
internal import Settings
internal import Stores
internal import Support

/// SESSION_TYPE auto: a small session lives in its cookie, and one that is large, or somebody's, in the store.
extension ServerSidePolicy {
  /// Nil where every session is in the store.
  static func small(_ settings: Settings, _ reporter: Reporter) throws(Failure) -> ClientSidePolicy? {
    guard settings.text(.sessionType) == "auto" else { return nil }
    let small = try ClientSidePolicy.make(settings, nil, reporter)
    guard !small.isReadOnly else {
      throw Failure(.config, "SESSION_TYPE is 'auto' and there is no key to sign cookies with; set SECRET_KEY.")
    }
    return small
  }

  static var neither: Failure {
    Failure(.tampered, "The cookie is neither a session nor a session id that one of the keys has made.")
  }

  /// Takes a cookie that holds its session. False: it is none.
  ///
  /// - Throws: EXPIRED, MALFORMED or TOO_LARGE.
  func openSmall(_ cookie: [UInt8], into session: Session) throws(Failure) -> Bool {
    guard let small else { return false }
    do throws(Failure) {
      try small.open(cookie, into: session)
    } catch {
      guard error.status == .tampered else { throw error }
      return false
    }
    // Whether a user's session was ended, only the store of SESSION_REVOCATION knows, which is asked no more.
    if case .signed = session.place { session.start(.notFound) }
    return true
  }

  /// Saves a session that is in no store. Nil: that is where it has to go.
  func saveSmall(_ session: Session) throws(Failure) -> CookieAnswer? {
    guard let small, session.login == nil else { return nil }
    do throws(Failure) {
      let answer = try small.saveSmall(session)
      session.manager.report(answer, of: session)
      return answer
    } catch {
      guard error.status == .tooLarge else { throw error }
      return nil
    }
  }

  /// Moves a session that was just stored into its cookie, where it is nobody's and has become so small that it does not
  /// come back at once. Nil: it stays.
  ///
  /// The record stays too, for as long as an old id leads to a new one: for requests that are under way, and for a
  /// browser that this answer does not reach.
  func moveToCookie(
    _ session: Session, _ record: SeenRecord, _ writer: RecordWriter
  ) throws(Failure) -> CookieAnswer? {
    guard let small, session.modified, record.life?.tie == nil, record.bytes.count <= small.largestValue / 2 else {
      return nil
    }
    let answer: CookieAnswer
    do throws(Failure) {
      answer = try small.saveSmall(session)
    } catch {
      guard error.status == .tooLarge else { throw error }
      return nil
    }
    session.stored(record)
    guard try leave(record, writer) else { return nil }
    session.signed(nil)
    session.isInCookie = true
    return answer
  }

  /// False: another request has written to the record.
  private func leave(_ record: SeenRecord, _ writer: RecordWriter) throws(Failure) -> Bool {
    var life = record.life ?? SessionLife(created: writer.call.now, renewed: writer.call.now)
    life.hasLeft = true
    var attempt = try writer.replace(record, record.values, life, counts: false)
    // A server that does not tell what stands for the record after a write is asked.
    if case .changed(let newest) = attempt, newest.bytes == record.bytes {
      attempt = try writer.replace(newest, record.values, life, counts: false)
    }
    if case .written = attempt { return true }
    return false
  }
}
