// SPDX-License-Identifier: Apache-2.0
internal import Support

/// Where sessions live: in their cookie, or in a store behind a cookie with an id.
protocol SessionPolicy: AnyObject {
  /// Whether sessions of this policy can only be read.
  var isReadOnly: Bool { get }

  /// Fills a new session with what the value of its cookie stands for. No I/O.
  ///
  /// - Throws: EXPIRED, TAMPERED, MALFORMED or TOO_LARGE.
  func open(_ cookie: [UInt8], into session: Session) throws(Failure)

  /// Does what a changed or refreshed session asks for, and says what to tell the browser.
  func save(_ session: Session) throws(Failure) -> CookieAnswer
}
