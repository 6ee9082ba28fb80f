// SPDX-License-Identifier: Apache-2.0
internal import Cookies
package import Records
package import Support
package import Values

/// One visitor's session during one request. It belongs to one thread at a time.
package final class Session {
  /// Why the session is what it is; once it is loaded, where it lives in a store.
  package private(set) var origin: Origin
  /// Whether anything was read or written: what the response then depends on is said in its Vary line.
  package var accessed = false
  /// Whether anything was written, the same value too.
  package private(set) var modified = false
  /// Whether this request leaves the session's time as it is, unless it changes something.
  package var isPassive = false
  /// The lines of the last save.
  package private(set) var headers: [HeaderLine] = []

  /// What the host sees: what was loaded, with its changes.
  private(set) var values: Map
  /// The changes, to be made again on a newer record.
  private(set) var changes = ChangeLog()
  private(set) var place = Place.nowhere
  /// Whether save gives the session a new id.
  private(set) var isRenewed = false
  /// When the cookie was made, where it tells.
  private(set) var issued: Int64?
  /// Whether the cookie is as it would be made now, with the newest key.
  private var isFresh = true
  /// The id that the cookie names.
  private(set) var presentedID: Text?
  /// What the cookie holds where its session lives in a store now, and under which id.
  private(set) var brought: (id: Text, values: Map)?
  /// The id whose record save removes.
  private(set) var endedID: Text?
  /// Whose that session was, where that is known.
  private(set) var endedUser: Text?
  /// Who logs in with save.
  private(set) var login: Login?
  /// Whether save ends all other sessions of the user.
  private(set) var endsOthers = false
  /// Whose sessions save ends, all of them: those of a user whose others were to end, before this one became nobody's.
  private(set) var leftTie: UserTie?
  /// Whether the browser has a cookie that holds the session.
  var isInCookie = false
  /// The further pieces of its cookie that the browser has, also where they were not read.
  var pieces = CookiePieces()

  let manager: SessionManager
  private var isLoaded = true
  private var freshID: Text?
  /// The values as they came or were given, while nobody changed them since: for a session in its cookie.
  private var encoded: [UInt8]?

  init(_ manager: SessionManager) {
    self.manager = manager
    values = manager.policy.beginning
    origin = manager.policy.isReadOnly ? .null : .new
  }

  var now: Int64 { manager.clock.now() }
}

// MARK: - What policies tell

extension Session {
  /// The cookie holds the whole session. One that is a user's counts once the policy has looked.
  func fill(_ payload: [UInt8], _ codec: PayloadCodec) throws(Failure) {
    let decoded = try codec.decode(payload)
    values = decoded.map
    encoded = decoded.isExact ? payload : nil
    origin = .cookie
    guard manager.policy.hasUsers, let kept = values.remove(.text(SessionLife.key)) else { return }
    encoded = nil
    guard let life = SessionLife(kept), let tie = life.tie else { return }
    place = .signed(life, tie)
    isLoaded = false
  }

  /// The cookie that is about to be sent ties the session to this user, or to none.
  func signed(_ life: SessionLife?) {
    if let life, let tie = life.tie { place = .signed(life, tie) } else { place = .nowhere }
    unmark()
  }

  /// The session is what the cookie said.
  func looked() {
    isLoaded = true
  }

  /// The cookie names an id.
  ///
  /// - Parameters:
  ///   - isFormer: whether the cookie is of a form that is to be replaced.
  ///   - held: what the cookie holds beside.
  func named(_ id: Text, isFormer: Bool = false, holding held: Map? = nil) {
    presentedID = isFormer ? nil : id
    brought = held.map { (id, $0) }
    encoded = nil
    values = manager.policy.beginning
    place = .named(id)
    isLoaded = false
    origin = .cookie
  }

  /// The cookie was read.
  func came(_ cookie: CookieForm.Opened) {
    issued = cookie.issued
    isFresh = cookie.isFresh
  }

  /// Whether this request makes the cookie anew because of its key or form alone.
  var isStale: Bool { !isFresh && !isPassive }

  /// The store has, or now has, this record.
  func stored(_ record: SeenRecord) {
    place = .stored(record)
    values = record.values
    unmark()
  }

  /// The store has, for a while, what went into a cookie that this request did not bring: it is made again.
  func left(_ record: SeenRecord) {
    signed(nil)
    values = record.values
    isInCookie = true
    isFresh = false
  }

  /// There is no record: the session begins anew.
  func start(_ origin: Origin) {
    self.origin = origin
    place = .nowhere
    values = manager.policy.beginning
    unmark()
    freshID = nil
  }

  /// What the store has is what the host sees.
  private func unmark() {
    changes = ChangeLog()
    isRenewed = false
    login = nil
    endsOthers = false
    isLoaded = true
  }

  func forgetEnded() {
    endedID = nil
    endedUser = nil
  }

  /// All sessions of whom it was have ended.
  func leftUser() {
    leftTie = nil
  }

  /// Notes why the cookie of the request opened nothing.
  func refused(_ status: Status) {
    switch status {
    case .expired: origin = .expired
    case .tampered: origin = .tampered
    default: origin = .malformed
    }
  }

  /// The id that a new session will have.
  func newID() throws(Failure) -> Text? {
    if freshID == nil {
      freshID = try manager.policy.newID()
    }
    return freshID
  }

  static var permanentKey: Text { "_permanent" }
}

// MARK: - Reading

extension Session {
  /// Fetches the contents, once; every read and change does it first.
  package func load() throws(Failure) {
    if !isLoaded { try manager.policy.load(self) }
  }

  /// Whether the session did not exist before this request.
  package var isNew: Bool { origin != .cookie }

  /// Whether there is nothing worth keeping.
  var isEmpty: Bool { login == nil && manager.policy.isEmpty(values) && tie == nil }

  /// Whose the session is; one that is cleared is nobody's.
  var tie: UserTie? {
    switch place {
    case .stored(let record): changes.clears ? nil : record.life?.tie
    case .signed(_, let tie): tie
    case .nowhere, .named: nil
    }
  }

  /// Whether the cookie outlives the browser: the key `_permanent`.
  package var isPermanent: Bool { values[Session.permanentKey]?.isTrue ?? false }

  /// The id in the store; nil for a session that lives in its cookie.
  package func id() throws(Failure) -> Text? {
    switch place {
    case .nowhere: try newID()
    case .signed: nil
    case .named(let id): id
    case .stored(let record): record.id
    }
  }

  package func value(_ key: Text) throws(Failure) -> Value? {
    accessed = true
    try load()
    return values[key]
  }

  package func entries() throws(Failure) -> [Map.Entry] {
    accessed = true
    try load()
    return values.entries
  }

  /// The whole session in one piece.
  package func payload(_ codec: PayloadCodec) throws(Failure) -> [UInt8] {
    accessed = true
    try load()
    return try encode(codec)
  }

  func encode(_ codec: PayloadCodec) throws(Failure) -> [UInt8] {
    guard case .flask = codec else { return try codec.encode(values) }
    if let encoded { return encoded }
    let payload = try codec.encode(values)
    encoded = payload
    return payload
  }
}

// MARK: - Changing

extension Session {
  package func set(_ key: Text, _ value: Value) throws(Failure) {
    try change(key)
    values[key] = value
    log { $0.set([.text(key)], value) }
  }

  package func setPermanent(_ permanent: Bool) throws(Failure) {
    try set(Session.permanentKey, .bool(permanent))
  }

  /// - Returns: whether there was nothing and the value was set.
  package func setIfAbsent(_ key: Text, _ value: Value) throws(Failure) -> Bool {
    try checkWritable()
    guard try self.value(key) == nil else { return false }
    try change(key)
    values[key] = value
    log { $0.setIfAbsent([.text(key)], value) }
    return true
  }

  /// Takes a value that the host changed in place: what is merged with others is only the difference.
  package func update(_ key: Text, _ value: Value) throws(Failure) {
    try checkWritable()
    let old = try self.value(key)
    guard old != value else { return }
    try change(key)
    values[key] = value
    if case .map(let before) = old, case .map(let after) = value {
      log { $0.difference([.text(key)], from: before, to: after) }
    } else {
      log { $0.set([.text(key)], value) }
    }
  }

  /// Adds to an integer; one that is not there counts as 0.
  ///
  /// - Throws: WRONG_TYPE, or TOO_LARGE beyond 64 bits.
  package func add(_ key: Text, _ amount: Int64) throws(Failure) -> Int64 {
    try checkWritable()
    let old = try value(key)?.integer ?? 0
    let (sum, overflow) = old.addingReportingOverflow(amount)
    guard !overflow else { throw Failure(.tooLarge, "The sum does not fit into 64 bits.") }
    try change(key)
    values[key] = .integer(sum)
    log { $0.add([.text(key)], amount) }
    return sum
  }

  /// Appends to an array; one that is not there counts as empty.
  ///
  /// - Throws: WRONG_TYPE.
  package func append(_ key: Text, _ item: Value) throws(Failure) {
    try checkWritable()
    let items: [Value]
    switch try value(key) {
    case nil: items = [item]
    case .array(let before): items = before + [item]
    default:
      throw Failure(.wrongType, "The value of '\(key.string)' is not an array; only an array can be appended to.")
    }
    try change(key)
    values[key] = .array(items)
    log { $0.append([.text(key)], item) }
  }

  /// Removes the first item of an array that equals this one.
  ///
  /// - Returns: whether there was one; the session else stays unmodified.
  /// - Throws: WRONG_TYPE.
  package func removeItem(_ key: Text, _ item: Value) throws(Failure) -> Bool {
    try checkWritable()
    let items: [Value]
    switch try value(key) {
    case nil: return false
    case .array(let before): items = before
    default:
      throw Failure(.wrongType, "The value of '\(key.string)' is not an array; only an array has items to remove.")
    }
    guard items.contains(item) else { return false }
    try change(key)
    values[key] = .array(items.removingFirst(item))
    log { $0.removeItem([.text(key)], item) }
    return true
  }

  /// Takes all items out of an array, and the key with it. What another request appends meanwhile stays for the next one.
  ///
  /// - Throws: WRONG_TYPE.
  package func takeItems(_ key: Text) throws(Failure) -> [Value] {
    guard let old = try value(key) else { return [] }
    guard case .array(let items) = old else {
      throw Failure(.wrongType, "The value of '\(key.string)' is not an array; only an array has items to take.")
    }
    try change(key)
    values[key] = nil
    log { $0.take([.text(key)], items) }
    return items
  }

  /// - Returns: what the key held; nil where there was nothing, and the session then stays unmodified.
  @discardableResult
  package func remove(_ key: Text) throws(Failure) -> Value? {
    try checkWritable()
    guard let old = try value(key) else { return nil }
    try change()
    values[key] = nil
    log { $0.remove([.text(key)]) }
    return old
  }

  package func clear() throws(Failure) {
    try change()
    leaveOthers()
    leaveUser()
    values = manager.policy.cleared(values)
    log { changes in
      changes.clear()
      for entry in values.entries {
        changes.set([entry.key], entry.value)
      }
    }
  }

  /// Replaces all values by a payload of the host's own making. In a cookie its bytes are what is signed; in a store the
  /// difference is logged.
  ///
  /// - Throws: MALFORMED, TOO_LARGE.
  package func setPayload(_ payload: [UInt8], _ codec: PayloadCodec) throws(Failure) {
    let decoded = try codec.decode(payload)
    if decoded.map[SessionLife.key] != nil { try checkFree(SessionLife.key) }
    try change()
    log { $0.difference(from: values, to: decoded.map) }
    values = decoded.map
    if case .flask = codec, decoded.isExact {
      encoded = payload
    }
  }

  /// For hosts that keep the values on their own side.
  package func setModified(_ modified: Bool) throws(Failure) {
    try checkWritable()
    try load()
    self.modified = modified
  }

  /// The session is about to be no longer the user's whose others it was to end.
  private func leaveOthers() {
    guard endsOthers, login == nil else { return }
    leftTie = tie
    endsOthers = false
  }

  /// What clears a session that lives in its cookie ends every copy of that cookie: save does it.
  private func leaveUser() {
    guard case .signed(_, let tie) = place else { return }
    endedID = tie.id
    endedUser = tie.user
    place = .nowhere
  }

  private func log(_ note: (inout ChangeLog) -> Void) {
    if manager.policy.isServerSide {
      note(&changes)
    }
  }

  private func change(_ key: Text) throws(Failure) {
    try checkFree(key)
    try change()
  }

  private func checkFree(_ key: Text) throws(Failure) {
    guard key != SessionLife.key || !manager.policy.hasUsers else {
      throw Failure(.argument, "The key _swiftsession is reserved: the library keeps there what it knows of a session.")
    }
  }

  private func change() throws(Failure) {
    try checkWritable()
    try load()
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
    try change()
    isRenewed = true
  }

  /// A new id at save, and from then on the session is one of this user's.
  ///
  /// - Parameters:
  ///   - user: what names the user in the application, 1 to 1,024 bytes of UTF-8.
  ///   - label: what to call the session in a list, such as the browser's name; at most 256 bytes.
  /// - Throws: UNSUPPORTED where sessions live in their cookie and SESSION_REVOCATION names no store.
  package func logIn(_ user: Text, label: Text) throws(Failure) {
    guard manager.policy.hasUsers else { throw SessionManager.noUsers }
    try Login.check(user)
    guard label.count <= 256 else {
      throw Failure(.argument, "The label of a session has \(label.count) bytes; 256 is the most: cut it.")
    }
    try renew()
    if let tie, tie.user != user { leaveOthers() }
    if leftTie?.user == user {
      leftTie = nil
      endsOthers = true
    }
    // Whoever planted the old id may have a token of it too.
    try remove(FormTokens.key)
    login = Login(user: user, label: label)
  }

  /// The user of the last login; nil where there was none.
  package func user() throws(Failure) -> Text? {
    accessed = true
    try load()
    return login?.user ?? tie?.user
  }

  /// Ends all sessions of the user but this one, once it is saved.
  ///
  /// - Throws: NOT_FOUND where the session is no user's.
  package func endOthers() throws(Failure) {
    guard try user() != nil else {
      throw Failure(.notFound, "The session is no user's: nobody has logged in with it.")
    }
    try change()
    endsOthers = true
  }

  /// Ends the session as `destroy` does, and drops it from the list of its user.
  package func logOut() throws(Failure) {
    try load()
    try destroy()
  }

  /// Empties the session and ends it, for good once it is saved.
  package func destroy() throws(Failure) {
    try checkWritable()
    leaveOthers()
    switch place {
    case .nowhere:
      // What could not be read is a session to whoever can read it.
      if origin == .malformed || isInCookie { endedID = presentedID }
    case .named(let id): endedID = id
    case .signed: leaveUser()
    case .stored(let record):
      endedID = record.id
      endedUser = record.life?.tie?.user
    }
    start(.new)
    accessed = true
    modified = true
    encoded = nil
  }

  /// Stores what has to be stored and makes the header lines of the response.
  package func save() throws(Failure) {
    headers = []
    do throws(Failure) {
      headers = manager.headers(try manager.save(self), accessed: accessed, &pieces)
    } catch {
      // A login that is one too many is taken back: without it the session can be saved.
      if error.status == .conflict { login = nil }
      throw error
    }
  }
}
