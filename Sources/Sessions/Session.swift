// SPDX-License-Identifier: Apache-2.0
package import Records
package import Support
package import Values

/// One visitor's session during one request. It belongs to one thread at a time.
package final class Session {
  package private(set) var origin: Origin
  /// Whether anything was read or written: what the response then depends on is said in its Vary line.
  package var accessed = false
  /// Whether anything was written, the same value too.
  package private(set) var modified = false
  /// The lines of the last save.
  package private(set) var headers: [HeaderLine] = []

  private let manager: SessionManager
  private var values = Map()
  /// The values as they came or were given, while nobody changed them since.
  private var encoded: [UInt8]?

  init(_ manager: SessionManager) {
    self.manager = manager
    origin = manager.policy.isReadOnly ? .null : .new
  }

  var now: Int64 { manager.clock.now() }

  /// Takes what the cookie held, or what the store had.
  func fill(_ payload: [UInt8], _ codec: PayloadCodec) throws(Failure) {
    let decoded = try codec.decode(payload)
    values = decoded.map
    encoded = decoded.isExact ? payload : nil
    origin = .cookie
  }

  /// Notes why the cookie of the request opened nothing.
  func refused(_ status: Status) {
    switch status {
    case .expired: origin = .expired
    case .tampered: origin = .tampered
    default: origin = .malformed
    }
  }
}

// MARK: - Reading

extension Session {
  /// Whether the session did not exist before this request.
  package var isNew: Bool { origin != .cookie }

  package var isEmpty: Bool { values.isEmpty }

  /// Whether the cookie outlives the browser: the key `_permanent`.
  package var isPermanent: Bool { values[Session.permanentKey]?.isTrue ?? false }

  package func value(_ key: Text) -> Value? {
    accessed = true
    return values[key]
  }

  package var entries: [Map.Entry] {
    accessed = true
    return values.entries
  }

  /// The whole session in one piece.
  package func payload(_ codec: PayloadCodec) throws(Failure) -> [UInt8] {
    if let encoded { return encoded }
    let payload = try codec.encode(values)
    encoded = payload
    return payload
  }

  static var permanentKey: Text { "_permanent" }
}

// MARK: - Changing

extension Session {
  package func set(_ key: Text, _ value: Value) throws(Failure) {
    try change()
    values[key] = value
  }

  package func setPermanent(_ permanent: Bool) throws(Failure) {
    try set(Session.permanentKey, .bool(permanent))
  }

  /// Adds to an integer; one that is not there counts as 0.
  ///
  /// - Throws: WRONG_TYPE, or TOO_LARGE beyond 64 bits.
  package func add(_ key: Text, _ amount: Int64) throws(Failure) -> Int64 {
    let old = try value(key)?.integer ?? 0
    let (sum, overflow) = old.addingReportingOverflow(amount)
    guard !overflow else { throw Failure(.tooLarge, "The sum does not fit into 64 bits.") }
    try set(key, .integer(sum))
    return sum
  }

  /// Appends to an array; one that is not there counts as empty.
  ///
  /// - Throws: WRONG_TYPE.
  package func append(_ key: Text, _ item: Value) throws(Failure) {
    switch value(key) {
    case nil: try set(key, .array([item]))
    case .array(let items): try set(key, .array(items + [item]))
    default: throw Failure(.wrongType, "The value is not an array; only an array can be appended to.")
    }
  }

  /// - Returns: what the key held; nil where there was nothing, and the session then stays unmodified.
  @discardableResult
  package func remove(_ key: Text) throws(Failure) -> Value? {
    guard let old = value(key) else {
      try checkWritable()
      return nil
    }
    try change()
    values[key] = nil
    return old
  }

  package func clear() throws(Failure) {
    try change()
    values.removeAll()
  }

  /// Replaces all values by a payload of the host's own making, which is stored as it is.
  ///
  /// - Throws: MALFORMED, TOO_LARGE.
  package func setPayload(_ payload: [UInt8], _ codec: PayloadCodec) throws(Failure) {
    let decoded = try codec.decode(payload)
    try change()
    values = decoded.map
    encoded = decoded.isExact ? payload : nil
  }

  /// For hosts that keep the values on their own side.
  package func setModified(_ modified: Bool) throws(Failure) {
    try checkWritable()
    self.modified = modified
  }

  private func change() throws(Failure) {
    try checkWritable()
    accessed = true
    modified = true
    encoded = nil
  }

  private func checkWritable() throws(Failure) {
    guard origin != .null else {
      throw Failure(
        .config,
        "The session is unavailable because no secret key was set. Set SECRET_KEY to something unique and secret.")
    }
  }
}

// MARK: - Ending the request

extension Session {
  /// A new id at save; a session in a cookie has none and is signed anew.
  package func renew() throws(Failure) {
    try setModified(true)
  }

  /// Empties the session, for good once it is saved.
  package func destroy() throws(Failure) {
    try clear()
  }

  /// Stores what has to be stored and makes the header lines of the response.
  package func save() throws(Failure) {
    headers = manager.headers(try manager.policy.save(self), accessed: accessed)
  }
}
