// SPDX-License-Identifier: Apache-2.0
internal import Sessions
internal import Settings
internal import Support

/// Joins settings, store and manager: the one place that knows them all.
enum Assembly {
  static func manager(_ settings: Settings, _ log: Log) throws(Failure) -> SessionManager {
    try settings.check()
    guard let type = settings.text(.sessionType) else {
      throw Failure(.config, "SESSION_TYPE is not set; set it to where sessions live, for example 'cookie'.")
    }
    switch type {
    case "cookie":
      warnOfShortKeys(settings, log)
      return try SessionManager(clientSide: settings, log: log)
    default:
      throw Failure(.unsupported, "SESSION_TYPE '\(type.string)' is not in this release; there is 'cookie'.")
    }
  }

  private static func warnOfShortKeys(_ settings: Settings, _ log: Log) {
    guard let key = settings.key else {
      log(.warning, "SECRET_KEY is not set: sessions can be read and not written.")
      return
    }
    if key.count < 16 {
      log(.warning, "SECRET_KEY has only \(key.count) bytes; use at least 16 random ones.")
    }
  }
}
