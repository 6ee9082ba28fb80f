// SPDX-License-Identifier: Apache-2.0
internal import CSupport
internal import Records
internal import Sessions
internal import Support
internal import Values

/// A session as a C caller holds it, and the results that it lent.
final class SessionHandle: Handle {
  private let session: Session
  private var loans: [(key: LoanKey, loan: Loan)] = []
  /// Loans that are not lent again, and that callers may still hold.
  private var lapsed: [(key: LoanKey, loan: Loan)] = []
  private var headers: [(name: StaticString, value: Loan)] = []
  /// A category, its message, the next category ...
  private var flashes: [Loan] = []

  init(_ session: Session) {
    self.session = session
    super.init(.session)
  }

  /// Nil for NULL and for a handle of another type.
  static func find(_ pointer: OpaquePointer?) -> SessionHandle? {
    object(pointer, .session, as: SessionHandle.self)
  }

  static func require(_ pointer: OpaquePointer?) throws(Failure) -> SessionHandle {
    try required(pointer, .session, as: SessionHandle.self)
  }

  /// The session, to be read: what was lent stays.
  var reading: Session { session }

  /// Changes the session. What was lent is taken back afterwards, and only if that succeeded: a caller may give back
  /// to a session what it borrowed from it.
  func change<Result>(_ body: (Session) throws(Failure) -> Result) throws(Failure) -> Result {
    let result = try body(session)
    loans = []
    lapsed = []
    return result
  }

  /// Changes the session in a call that callers take for a reading one: what was lent stays until the next change. For
  /// what happens once between two changes.
  func amend<Result>(_ body: (Session) throws(Failure) -> Result) throws(Failure) -> Result {
    let result = try body(session)
    lapsed = loans
    loans = []
    return result
  }

  /// Lends a result until the next change; one that was lent already is lent again.
  func lend(_ key: LoanKey, _ bytes: () throws(Failure) -> [UInt8]) throws(Failure) -> Loan {
    for (lent, loan) in loans where lent == key { return loan }
    let loan = try Loan(try bytes())
    loans.append((key, loan))
    return loan
  }

  func save() throws(Failure) {
    headers = []
    try change { session throws(Failure) in try session.save() }
    for line in session.headers {
      headers.append((line.name, try Loan(line.value)))
    }
  }

  var headerCount: Int { headers.count }

  func header(_ index: Int) -> (name: StaticString, value: Loan)? {
    headers.indices.contains(index) ? headers[index] : nil
  }
}

/// Messages that were taken out of the session, until the next ones are.
extension SessionHandle {
  /// - Returns: how many there are.
  func takeFlashes() throws(Failure) -> Int {
    var taken: [Loan] = []
    for part in try change({ session throws(Failure) in try session.takeFlashes() }) {
      taken.append(try Loan(try part.shown))
    }
    flashes = taken
    return taken.count / 2
  }

  func flashCategory(_ index: Int) -> Loan? {
    0..<flashes.count / 2 ~= index ? flashes[2 * index] : nil
  }

  func flashMessage(_ index: Int) -> Loan? {
    0..<flashes.count / 2 ~= index ? flashes[2 * index + 1] : nil
  }
}

extension Value {
  /// A text as it is, anything else as tagged JSON.
  fileprivate var shown: [UInt8] {
    get throws(Failure) {
      switch self {
      case .text(let text), .markup(let text): return text.bytes
      default: return try TaggedJSON.encode(self, style: .exact)
      }
    }
  }
}

/// What a result was lent for.
enum LoanKey: Equatable {
  case key(Int)
  case text(Text)
  case bytes(Text)
  case json(Text)
  case payload(PayloadCodec)
  case popped
  case user
  case id
  case formToken
}

/// A result in memory of ours that the caller reads: followed by a zero byte.
final class Loan {
  let start: UnsafeMutablePointer<UInt8>
  let count: Int

  init(_ bytes: [UInt8]) throws(Failure) {
    start = try allocate(bytes.count)
    count = bytes.count
    memcpy(start, bytes, count)
    start[count] = 0
  }

  deinit {
    free(start)
  }

  var characters: UnsafePointer<CChar> {
    UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self)
  }
}
