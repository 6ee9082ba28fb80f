// SPDX-License-Identifier: Apache-2.0
internal import Support
internal import Values

/// Where sessions live, in their cookie or in a store behind a cookie with an id, and by which rules.
protocol SessionPolicy: AnyObject {
  /// Whether sessions of this policy can only be read.
  var isReadOnly: Bool { get }

  /// Whether a save may meet another one, so that changes have to be known one by one.
  var mergesChanges: Bool { get }

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

  /// Fetches the record of an id that `open` found.
  func load(_ id: Text, into session: Session) throws(Failure)

  /// An id for a new session; nil where sessions have none.
  func newID() throws(Failure) -> Text?

  /// Stores what has to be stored, and says what to tell the browser.
  func save(_ session: Session) throws(Failure) -> CookieAnswer

  func prepare(now: Int64) throws(Failure)
  func ping(now: Int64) throws(Failure)
  func sweep(limit: Int, now: Int64) throws(Failure) -> Bool
}
