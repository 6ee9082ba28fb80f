// SPDX-License-Identifier: Apache-2.0
internal import Records
internal import Settings
internal import Support

/// What a session is called in the list of its user: its id, or where records are sealed, the name that its record has.
final class ListedName {
  let text: Text
  /// What it may be called in a list that came from a store of the other kind.
  let other: Text?

  init(_ text: Text, other: Text? = nil) {
    self.text = text
    self.other = other
  }
}

/// How the sessions of an application are called in lists.
struct ListedNames: Sendable {
  /// Whether no list has an id.
  let areHidden: Bool
  /// Until when lists may come from a store where names are of the other kind.
  private let mixedUntil: Int64

  /// Sessions that live in their cookie: an id opens nothing.
  static var plain: ListedNames { ListedNames(areHidden: false, mixedUntil: .min) }

  private init(areHidden: Bool, mixedUntil: Int64) {
    self.areHidden = areHidden
    self.mixedUntil = mixedUntil
  }

  init(_ settings: Settings) {
    let areHidden = ListedNames.areHidden(settings)
    let mixes = settings.old.map { ListedNames.areHidden($0) != areHidden } ?? false
    self.init(areHidden: areHidden, mixedUntil: mixes ? settings.time(.migrateUntil) ?? .min : .min)
  }

  private static func areHidden(_ settings: Settings) -> Bool { settings.text(.recordFormat) == "sealed" }

  func areMixed(_ now: Int64) -> Bool { now < mixedUntil }

  /// - Parameter id: of a session, or what an entry of a list has in its place.
  func name(_ id: Text, now: Int64) throws(Failure) -> ListedName {
    guard areHidden || areMixed(now), !SealedName.isOne(id) else { return ListedName(id) }
    let hidden = try SealedName.make(id)
    let other = areHidden ? id : hidden
    return ListedName(areHidden ? hidden : id, other: areMixed(now) ? other : nil)
  }
}
