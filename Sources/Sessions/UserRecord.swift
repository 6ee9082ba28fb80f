// SPDX-License-Identifier: Apache-2.0
internal import Records
internal import Support
internal import Values

/// What a store keeps of one user: the epoch that sessions of this user have to be of, and which sessions these are.
///
/// That a session in a store counts is decided by the epoch alone. The list is for showing and ending single ones; it
/// holds the newest, and may name some that have ended. A session that lives in its cookie counts while it is listed.
struct UserRecord {
  /// An object, as a value of so many parts has a size in every function that it passes through.
  final class Entry {
    /// Or the name of its record, where records are sealed.
    var id: Text
    /// Seconds since 1970.
    let created: Int64
    /// What the host called it, such as the browser's name; empty where it did not.
    let label: Text
    /// For a session in its cookie, when its time was last written down, in seconds since 1970.
    var seen: Int64?
    /// What it is called in a list where it has another id by now than it had at its login.
    var firstReference: Text?
    /// Where names are hidden, the id's before the last renewal: what stands under it leads on to the new one for a while.
    var formerName: Text?
    /// Whether it was seen to live on.
    var isLive = false

    init(id: Text, created: Int64, label: Text) {
      self.id = id
      self.created = created
      self.label = label
    }

    func isNamed(_ name: ListedName) -> Bool {
      id == name.text || id == name.other || formerName == name.text
    }

    /// Under which there may be a record of it.
    var names: [Text] { [id] + (formerName.map { [$0] } ?? []) }

    /// Names the session for as long as it lives.
    func reference() throws(Failure) -> Text {
      if let firstReference { return firstReference }
      return try UserSession.reference(id)
    }
  }

  var epoch: Text
  /// By when the record has to be written again, in seconds since 1970, so that it outlives every session.
  var until: Int64
  /// The oldest first.
  private(set) var entries: [Entry] = []

  static var mostEntries: Int { 256 }

  init(epoch: Text, until: Int64) {
    self.epoch = epoch
    self.until = until
  }

  /// - Throws: MALFORMED.
  init(_ bytes: [UInt8]) throws(Failure) {
    let map = try PayloadCodec.messagePack.decode(HiddenRecord.content(bytes, "user") ?? []).map
    guard case .text(let epoch)? = map["epoch"], case .integer(let until)? = map["until"],
      case .array(let items)? = map["sessions"], !epoch.isEmpty
    else {
      throw Failure(.malformed, "The record of a user's sessions is none that this release writes.")
    }
    self.epoch = epoch
    self.until = until
    entries = items.compactMap { item in
      guard case .array(let parts) = item, parts.count >= 3, case .text(let id) = parts[0],
        case .integer(let created) = parts[1], case .text(let label) = parts[2],
        SessionID.isPlausible(id.bytes) || SealedName.isOne(id)
      else { return nil }
      let entry = Entry(id: id, created: created, label: label)
      if parts.count > 3, case .integer(let seen) = parts[3] { entry.seen = seen }
      if parts.count > 4, case .text(let reference) = parts[4] { entry.firstReference = reference }
      if parts.count > 5, case .text(let name) = parts[5] { entry.formerName = name }
      return entry
    }
  }

  func encoded() throws(Failure) -> [UInt8] {
    var map = Map()
    map["epoch"] = .text(epoch)
    map["until"] = .integer(until)
    map["sessions"] = .array(
      entries.map { entry in
        var parts: [Value] = [.text(entry.id), .integer(entry.created), .text(entry.label)]
        if entry.seen != nil || entry.firstReference != nil { parts.append(entry.seen.map { .integer($0) } ?? .null) }
        if let reference = entry.firstReference {
          parts.append(.text(reference))
          if let name = entry.formerName { parts.append(.text(name)) }
        }
        return .array(parts)
      })
    return HiddenRecord.make("user", try PayloadCodec.messagePack.encode(map))
  }

  mutating func add(_ entry: Entry) {
    remove(ListedName(entry.id))
    entries.append(entry)
    if entries.count > UserRecord.mostEntries { entries.removeFirst(entries.count - UserRecord.mostEntries) }
  }

  mutating func remove(_ name: ListedName) {
    entries.removeAll { $0.isNamed(name) }
  }

  func entry(_ name: ListedName) -> Entry? {
    entries.first { $0.isNamed(name) }
  }

  mutating func see(_ id: Text, at now: Int64) {
    for place in entries.indices where entries[place].id == id { entries[place].seen = now }
  }

  mutating func rename(_ name: ListedName, to new: ListedName) throws(Failure) {
    for place in entries.indices where entries[place].isNamed(name) {
      entries[place].firstReference = try entries[place].reference()
      entries[place].id = new.text
      entries[place].formerName = SealedName.isOne(name.text) && name.text != new.text ? name.text : nil
    }
  }

  mutating func keepOnly(_ name: ListedName) {
    entries.removeAll { !$0.isNamed(name) }
  }
}
