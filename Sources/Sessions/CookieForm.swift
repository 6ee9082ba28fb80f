// SPDX-License-Identifier: Apache-2.0
internal import Cookies
internal import Support

/// A way in which the payload of a session stands in its cookie.
enum CookieForm {
  case sealed(SealedValue)
  /// As Flask signs a session.
  case timed(TimedSigner)
  /// As Flask-Session signs an id.
  case signed(Signer)
  /// As Flask-Session sends an id that it does not sign.
  case plain

  /// What a cookie holds.
  struct Opened {
    var payload: [UInt8]
    /// When it was made; nil where the form does not tell.
    var issued: Int64?
    /// Whether it is as it would be made now; else it is made anew when it is used.
    var isFresh: Bool
  }

  var isSealed: Bool {
    if case .sealed = self { true } else { false }
  }

  /// Whether the cookie says when it was made.
  var tellsTime: Bool {
    switch self {
    case .sealed, .timed: true
    case .signed, .plain: false
    }
  }

  /// The most bytes of a payload, and the most that a compressed one may expand to.
  static var largestPayload: Int { 1 << 20 }

  func open(_ value: [UInt8], now: Int64, maxAge: Int64?) throws(Failure) -> Opened {
    try value.withUnsafeBufferPointer { value throws(Failure) in
      switch self {
      case .sealed(let form):
        let opened = try form.payload(value, now: now, maxAge: maxAge, limit: CookieForm.largestPayload)
        return Opened(payload: opened.payload, issued: opened.issued, isFresh: opened.isFresh)
      case .timed(let signer):
        let opened = try signer.verify(value, now: now, maxAge: maxAge)
        let payload = try URLSafePayload.decode(opened.value, limit: CookieForm.largestPayload)
        return Opened(payload: payload, issued: opened.signedAt, isFresh: opened.isFresh)
      case .signed(let signer):
        let verified = try signer.verify(value, now: now)
        return Opened(payload: Array(verified.value), issued: nil, isFresh: verified.isFresh)
      case .plain:
        return Opened(payload: Array(value), issued: nil, isFresh: true)
      }
    }
  }

  /// - Parameters:
  ///   - issued: the time that the cookie tells.
  ///   - now: which key is used depends on it.
  func make(_ payload: [UInt8], issued: Int64, now: Int64) throws(Failure) -> [UInt8] {
    if case .plain = self { return payload }
    return try payload.withUnsafeBufferPointer { payload throws(Failure) in
      try [UInt8](unsafeUninitializedCapacity: largestCount(payload.count)) { output, count throws(Failure) in
        guard let start = output.baseAddress else { return }
        count = try write(payload, issued, now, to: start)
      }
    }
  }

  private func largestCount(_ count: Int) -> Int {
    switch self {
    case .sealed(let form): form.largestCount(count)
    case .timed(let signer): URLSafePayload.largestCount(count) + signer.overhead
    case .signed(let signer): count + signer.overhead
    case .plain: count
    }
  }

  private func write(
    _ payload: UnsafeBufferPointer<UInt8>, _ issued: Int64, _ now: Int64, to output: UnsafeMutablePointer<UInt8>
  ) throws(Failure) -> Int {
    switch self {
    case .sealed(let form):
      return try form.seal(payload, issued: issued, now: now, into: output)
    case .timed(let signer):
      let count = try URLSafePayload.encode(payload, into: output)
      return try signer.sign(output, count: count, issued: issued, now: now)
    case .signed(let signer):
      copyBytes(payload, to: output)
      try signer.sign(output, count: payload.count, now: now)
      return payload.count + signer.overhead
    case .plain:
      copyBytes(payload, to: output)
      return payload.count
    }
  }
}
