// SPDX-License-Identifier: Apache-2.0
internal import Backends
internal import Sessions
internal import Settings
internal import Stores
internal import Support

/// Joins settings, store and manager: the one place that knows them all.
enum Assembly {
  static func manager(_ settings: Settings, _ log: Log, _ listener: Reporter.Listener?) throws(Failure)
    -> SessionManager
  {
    try settings.check()
    try refuseWhatNeedsAStore(settings)
    let isAuto = try isAuto(settings)
    let settings = try withFormatOfFiles(settings, log)
    let store = try Backend.store(settings, log: log)
    warnOfKeys(
      settings, log, signs: (store == nil || isAuto || settings.flag(.useSigner) == true) && !hasKeyFile(settings))
    return try SessionManager.make(
      settings, store: store, from: try oldStore(settings, log), revocation: try revocation(settings, log), log: log,
      listener: listener)
  }

  /// The store that sessions move from; nil where none is named, or they lived in their cookie.
  private static func oldStore(_ settings: Settings, _ log: Log) throws(Failure) -> (any SessionStore)? {
    guard let old = settings.old else { return nil }
    do throws(Failure) {
      return try Backend.store(old, log: log)
    } catch {
      throw Failure(error.status, "SESSION_MIGRATE_FROM: \(error.message)", native: error.native)
    }
  }

  /// Whether small sessions live in their cookie and large ones in a store.
  private static func isAuto(_ settings: Settings) throws(Failure) -> Bool {
    let isAuto = settings.text(.sessionType) == "auto"
    for name in [SettingName.autoStore, .autoSize] where settings.isSet(name) && !isAuto {
      throw Failure(.config, "\(name.text) is for SESSION_TYPE 'auto' alone; leave it out.")
    }
    guard !isAuto || !settings.isSet(.serializationFormat) else {
      throw Failure(
        .config, "With SESSION_TYPE 'auto' records hold what cookies hold; leave SESSION_SERIALIZATION_FORMAT out.")
    }
    return isAuto
  }

  private static func refuseWhatNeedsAStore(_ settings: Settings) throws(Failure) {
    let isAuto = settings.text(.sessionType) == "auto"
    guard isAuto || settings.text(.sessionType) == "cookie" else { return }
    if settings.text(.recordFormat) == "sealed", !isAuto, !settings.isSet(.revocation) {
      throw Failure(
        .unsupported,
        "\(SettingName.recordFormat.text) needs a store; cookies are sealed by \(SettingName.cookieFormat.text).")
    }
    if settings.isSet(.unconfirmedLifetime) {
      throw Failure(
        .unsupported,
        "\(SettingName.unconfirmedLifetime.text) needs a store: a session in its cookie is kept by the browser alone.")
    }
    let names: [SettingName] = [.idleTimeout, .absoluteTimeout, .renewAfter, .renewGrace, .touchInterval]
    for name in names where settings.isSet(name) && !(isAuto && name == .renewGrace) {
      throw Failure(
        .unsupported,
        "\(name.text) needs a store: of a session in its cookie the server knows the age of the signature alone, which "
          + "PERMANENT_SESSION_LIFETIME limits.")
    }
  }

  /// Where the users of sessions in cookies are kept, if anywhere.
  private static func revocation(_ settings: Settings, _ log: Log) throws(Failure) -> (any SessionStore)? {
    let name = SettingName.revocation
    guard settings.isSet(name) else {
      guard settings.text(.sessionType) == "cookie", settings.isSet(.userLimit) else { return nil }
      throw Failure(
        .unsupported, "\(SettingName.userLimit.text) needs a store: SESSION_TYPE or \(name.text) has to name one.")
    }
    guard settings.text(.sessionType) == "cookie" else {
      throw Failure(
        .config, "\(name.text) is for sessions that live in their cookie; a store ends its own. Leave it out.")
    }
    guard settings.text(.userLimitPolicy) != "refuse" else {
      throw Failure(
        .unsupported,
        "\(SettingName.userLimitPolicy.text) refuse needs a store: of sessions in cookies nobody knows how many live on."
      )
    }
    return try Backend.store(settings, name, log: log)
  }

  /// Files hold pickles whatever the format of other stores is, as Flask-Session has it: it would fail on anything else.
  /// Sealed ones it does not read anyway.
  private static func withFormatOfFiles(_ settings: Settings, _ log: Log) throws(Failure) -> Settings {
    guard settings.text(.sessionType) == "filesystem", settings.text(.recordFormat) != "sealed" else {
      return settings
    }
    let format = settings.text(.serializationFormat)
    if format == "pickle0" || format == "pickle4" || format == "pickle5" { return settings }
    if let format {
      log(.warning, "SESSION_SERIALIZATION_FORMAT \(format.string) is not for files; pickle5 is written, as ever.")
    }
    var settings = settings
    try settings.set(Text(stringLiteral: SettingName.serializationFormat.text), text: "pickle5")
    return settings
  }

  private static func hasKeyFile(_ settings: Settings) -> Bool {
    settings.isSet(.keysFile) || settings.isSet(.keysCredential)
  }

  private static func warnOfKeys(_ settings: Settings, _ log: Log, signs: Bool) {
    guard signs else { return }
    guard let key = settings.key else {
      log(.warning, "SECRET_KEY is not set: sessions can be read and not written.")
      return
    }
    if key.count < 16 {
      log(.warning, "SECRET_KEY has only \(key.count) bytes; use at least 16 random ones.")
    }
  }
}
