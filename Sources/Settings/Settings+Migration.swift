// SPDX-License-Identifier: Apache-2.0
internal import Support

/// The settings of the store that sessions move from: those of the new one, but for what is given with SESSION_MIGRATE_
/// in the place of SESSION_.
extension Settings {
  /// Nil where nothing moves.
  package var old: Settings? {
    guard let type = text(.migrateFrom) else { return nil }
    var old = self
    for name in SettingName.allCases {
      if let value = overrides.first?[name] { old[name] = value }
    }
    old[.sessionType] = .text(type)
    return old
  }

  /// What a name that begins with SESSION_MIGRATE_ is called where the old store is the only one. Nil for other names,
  /// and for the two that are of the migration itself.
  static func nameOfOld(_ name: Text) -> Text? {
    let start = Text("SESSION_MIGRATE_").bytes
    guard name.bytes.starts(with: start), SettingName(name) == nil else { return nil }
    return Text(Text("SESSION_").bytes + name.bytes[start.count...])
  }

  /// - Parameter old: what a setting is called for the old store.
  mutating func changeOverrides(
    _ old: Text, _ change: (Text, inout Settings) throws(Failure) -> Void
  ) throws(Failure) {
    guard let known = SettingName(old), known.isOfAStore else { throw Settings.unknownOfOld(old) }
    var overrides = overrides.first ?? Settings()
    do throws(Failure) {
      try change(old, &overrides)
    } catch {
      throw Failure(error.status, "SESSION_MIGRATE_, for the old store: \(error.message)", native: error.native)
    }
    self.overrides = [overrides]
  }

  private static func unknownOfOld(_ old: Text) -> Failure {
    let names = SettingName.allCases.filter { $0.isOfAStore }.map { $0.text }
    let nearest = nearest(to: old.bytes, of: names)
    let advice: Message = if let nearest { ", the nearest being \(nearest)" } else { "" }
    return Failure(
      .config,
      "SESSION_MIGRATE_FROM, SESSION_MIGRATE_UNTIL, or SESSION_MIGRATE_ in the place of the SESSION_ of a setting of the "
        + "old store is expected\(advice)")
  }

  func checkMigration() throws(Failure) {
    guard let from = text(.migrateFrom) else {
      guard !isSet(.migrateUntil), overrides.isEmpty else {
        throw Failure(.config, "SESSION_MIGRATE_FROM is not set; it names the SESSION_TYPE that sessions move from")
      }
      return
    }
    guard isSet(.migrateUntil) else {
      throw Failure(.config, "SESSION_MIGRATE_UNTIL is not set; it says until when SESSION_MIGRATE_FROM is looked at")
    }
    guard from != "memory" else {
      throw Failure(.config, "SESSION_MIGRATE_FROM 'memory' names nothing: what it held went with its process")
    }
    guard text(.sessionType) != "cookie" else {
      throw Failure(
        .unsupported,
        "SESSION_TYPE 'cookie' is nothing that sessions of a store move to; leave SESSION_MIGRATE_FROM out")
    }
    let isAuto = text(.sessionType) == "auto"
    guard !isAuto || from != "cookie" else {
      throw Failure(
        .config, "SESSION_TYPE 'auto' reads sessions in cookies as they are; leave SESSION_MIGRATE_FROM out")
    }
    guard from != text(isAuto ? .autoStore : .sessionType) || !overrides.isEmpty else {
      throw Failure(
        .config,
        "SESSION_MIGRATE_FROM is SESSION_TYPE; say with SESSION_MIGRATE_KEY_PREFIX and the like what differs there")
    }
  }
}

extension SettingName {
  /// Whether it may be another one for the store that sessions move from.
  var isOfAStore: Bool {
    switch self {
    case .recordFormat, .useSigner, .keyPrefix, .connectTimeout, .poolSize, .poolIdle, .redis, .memcached, .sqlite,
      .postgresql,
      .mysql,
      .postgresqlTable, .postgresqlSchema, .sqlalchemyURI, .sqlalchemyTable, .sqlalchemySchema, .sqlalchemySequence,
      .mongodb, .mongodbDatabase, .mongodbCollection, .fileDirectory, .fileThreshold, .fileMode:
      true
    default: false
    }
  }
}
