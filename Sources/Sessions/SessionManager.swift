// SPDX-License-Identifier: Apache-2.0
internal import Cookies
package import Settings
package import Stores
package import Support

/// Opens and saves the sessions of one application. Any number of threads may use it at the same time.
package final class SessionManager {
  /// The wall clock of every session; set before the first one is opened.
  package var clock = Clock.system

  let policy: any SessionPolicy
  let cookies: CookiePolicy
  private let tokens: Replaceable<FormTokens>
  let log: Log
  let reporter: Reporter
  private let cacheControl: Text?
  /// The settings with the keys of now.
  private let held: Replaceable<HeldSettings>
  /// The store where it seals what it keeps, and the one that sessions move from.
  private let sealing: SealingStore?
  private let formerSealing: SealingStore?

  /// - Parameters:
  ///   - store: nil for sessions that live in their cookie.
  ///   - old: the store that sessions move from.
  ///   - revocation: where the users of sessions in cookies are kept, if anywhere.
  ///   - listener: is told of events.
  package static func make(
    _ settings: Settings, store: (any SessionStore)?, from old: (any SessionStore)? = nil,
    revocation: (any SessionStore)? = nil, log: Log, listener: Reporter.Listener? = nil
  ) throws(Failure) -> SessionManager {
    let cookies = try CookiePolicy(settings)
    let tokens = try FormTokens.make(settings)
    let reporter = try Reporter.make(settings, listener)
    let policy: any SessionPolicy
    let sealing, formerSealing: SealingStore?
    if let store {
      let (new, former) = (ReportingStore(store, reporter), old.map { ReportingStore($0, reporter) })
      sealing = try SealingStore.make(new, settings)
      formerSealing = try sealed(former, settings.old)
      policy = try ServerSidePolicy.make(
        try MigratingStore.make(sealing ?? new, from: formerSealing ?? former, settings), settings, log, reporter)
    } else {
      (sealing, formerSealing) = (try sealed(revocation, settings), nil)
      policy = try ClientSidePolicy.make(settings, sealing ?? revocation, reporter)
    }
    return SessionManager(policy, cookies, tokens, settings, sealing, formerSealing, log, reporter)
  }

  private static func sealed(
    _ store: (any SessionStore)?, _ settings: Settings?
  ) throws(Failure) -> SealingStore? {
    guard let store, let settings else { return nil }
    return try SealingStore.make(store, settings)
  }

  private init(
    _ policy: any SessionPolicy, _ cookies: CookiePolicy, _ tokens: FormTokens, _ settings: Settings,
    _ sealing: SealingStore?, _ formerSealing: SealingStore?, _ log: Log, _ reporter: Reporter
  ) {
    self.sealing = sealing
    self.formerSealing = formerSealing
    self.tokens = Replaceable(tokens)
    held = Replaceable(HeldSettings(settings))
    self.policy = policy
    self.cookies = cookies
    self.log = log
    self.reporter = reporter
    cacheControl = settings.text(.cacheControl)
  }

  /// The session that a Cookie header names; a new one where it names none that is good.
  package func open(_ header: UnsafeBufferPointer<UInt8>) -> Session {
    let session = Session(self)
    let found = CookieHeader(header).value(of: cookies)
    session.pieces = found.pieces
    guard let cookie = found.value, !cookie.isEmpty else { return session }
    do throws(Failure) {
      try read(cookie, into: session)
    } catch {
      session.refused(error.status)
    }
    return session
  }

  /// The session of one cookie's value, loaded.
  ///
  /// - Throws: EXPIRED, TAMPERED, MALFORMED, TOO_LARGE or NOT_FOUND, and what the store throws.
  package func open(value: [UInt8]) throws(Failure) -> Session {
    guard !policy.isReadOnly else {
      throw Failure(.config, "SECRET_KEY is not set, so no cookie can be verified; set it.")
    }
    let session = Session(self)
    try read(cookies.mostPieces > 1 ? CookiePieces.whole(value) : value, into: session)
    try session.load()
    guard !session.isNew else {
      throw Failure(.notFound, "The store has no live session of this cookie.")
    }
    return session
  }

  /// Ends every session of a user, however many there are, by one write: the next request of each finds none.
  package func endSessions(of user: Text) throws(Failure) {
    try Login.check(user)
    try policy.endAll(of: user, now: clock.now())
  }

  /// The sessions of a user, the oldest first.
  ///
  /// - Parameter session: the one that is current, if any.
  package func sessions(of user: Text, current session: Session?) throws(Failure) -> [UserSession] {
    try Login.check(user)
    return try policy.sessions(of: user, current: session, now: clock.now())
  }

  /// Ends one session of a user. False: there is none with this reference.
  package func endSession(of user: Text, _ reference: Text) throws(Failure) -> Bool {
    try Login.check(user)
    return try policy.end(reference, of: user, now: clock.now())
  }

  /// Reads the files of keys again, once. Where anything is wrong with one, all keys stay what they are.
  package func reload() throws(Failure) {
    let settings = try held.object.settings.withFilesReadAgain()
    let tokens = try FormTokens.make(settings)
    var replacements = try policy.reloaded(settings)
    if let sealing { replacements += try sealing.reloaded(settings) }
    if let formerSealing, let old = settings.old { replacements += try formerSealing.reloaded(old) }
    for replace in replacements { replace() }
    self.tokens.replace(by: tokens)
    held.replace(by: HeldSettings(settings))
  }

  var formTokens: FormTokens { tokens.object }

  /// Makes the tables and indexes of the store that are missing.
  package func prepare() throws(Failure) {
    try policy.prepare(now: clock.now())
  }

  /// Whether the store can be reached and used.
  package func ping() throws(Failure) {
    try policy.ping(now: clock.now())
  }

  /// Removes at most `limit` expired records, and says whether there may be more.
  package func sweep(limit: Int) throws(Failure) -> Bool {
    try policy.sweep(limit: limit, now: clock.now())
  }

  /// Moves about `limit` sessions from the store that SESSION_MIGRATE_FROM names, and says whether there may be more.
  ///
  /// - Parameter progress: what it came to, also where it throws.
  package func migrate(_ progress: inout MigrationProgress, limit: Int) throws(Failure) -> Bool {
    try policy.migrate(&progress, limit: limit, now: clock.now())
  }

  static var noUsers: Failure {
    Failure(
      .unsupported,
      "Sessions that live in their cookie can be tied to a user only where SESSION_REVOCATION names a store.")
  }

  /// The lines that a saved session adds to the response.
  ///
  /// - Parameter pieces: those of its cookie that the browser has, and afterwards those that it may have.
  func headers(_ answer: CookieAnswer, accessed: Bool, _ pieces: inout CookiePieces) -> [HeaderLine] {
    var set: [[UInt8]] = []
    switch answer {
    case .nothing: break
    case .set(let value, let expires): set = cookies.lines(value: value, expires: expires, &pieces)
    case .delete: set = cookies.deletions(from: 0, pieces)
    }
    var lines: [HeaderLine] = []
    for text in set { lines.append(line(text)) }
    guard !set.isEmpty || accessed else { return lines }
    lines.append(HeaderLine(name: "Vary", value: Array("Cookie".utf8)))
    if let cacheControl {
      lines.append(HeaderLine(name: "Cache-Control", value: cacheControl.bytes))
    }
    return lines
  }

  private func line(_ cookie: [UInt8]) -> HeaderLine {
    let line = HeaderLine(name: "Set-Cookie", value: cookie)
    let limit = cookies.maximumSize
    if limit > 0, line.value.count > limit {
      log(
        .warning,
        "The '\(cookies.name.string)' cookie is too large: its line has \(line.value.count) bytes, the limit is "
          + "\(limit). Browsers may ignore it; store less in the session.")
    }
    return line
  }
}
