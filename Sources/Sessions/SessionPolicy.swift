// SPDX-License-Identifier: Apache-2.0
internal import Settings
internal import Support
internal import Values

/// Where sessions live, in their cookie or in a store behind a cookie with an id, and by which rules.
protocol SessionPolicy: AnyObject {
  /// Whether sessions of this policy can only be read.
  var isReadOnly: Bool { get }

  /// Whether sessions live in a store: a save may then meet another one, so that changes have to be known one by one.
  var isServerSide: Bool { get }

  /// Whether a session can be tied to a user. What ties it is then the library's and no application's.
  var hasUsers: Bool { get }

  /// What a new session holds before anything is put into it.
  var beginning: Map { get }

  /// What is left of values that are cleared.
  func cleared(_ values: Map) -> Map

  /// Whether these values are as good as none.
  func isEmpty(_ values: Map) -> Bool

  /// Takes what the value of a cookie says. No I/O.
  ///
  /// - Throws: EXPIRED, TAMPERED, MALFORMED or TOO_LARGE.
  func open(_ cookie: [UInt8], into session: Session) throws(Failure)

  /// Asks the store for what `open` found.
  func load(_ session: Session) throws(Failure)

  /// An id for a new session; nil where sessions have none.
  func newID() throws(Failure) -> Text?

  /// Stores what has to be stored, and says what to tell the browser.
  func save(_ session: Session) throws(Failure) -> CookieAnswer

  /// Ends every session of a user by one write.
  func endAll(of user: Text, now: Int64) throws(Failure)

  /// The sessions of a user, the oldest first.
  ///
  /// - Parameter current: the one that is current, if any.
  func sessions(of user: Text, current: Session?, now: Int64) throws(Failure) -> [UserSession]

  /// Ends one session of a user. False: there is none with this reference.
  func end(_ reference: Text, of user: Text, now: Int64) throws(Failure) -> Bool

  /// Makes anew what has keys of these settings, which differ from the ones before in keys alone. What comes back puts
  /// it in place, once nothing has failed.
  func reloaded(_ settings: Settings) throws(Failure) -> [() -> Void]

  func prepare(now: Int64) throws(Failure)
  func ping(now: Int64) throws(Failure)
  func sweep(limit: Int, now: Int64) throws(Failure) -> Bool

  /// Moves about `limit` records from the old store, and says whether there may be more.
  func migrate(_ progress: inout MigrationProgress, limit: Int, now: Int64) throws(Failure) -> Bool
}
