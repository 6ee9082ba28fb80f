// SPDX-License-Identifier: Apache-2.0
package import Settings
package import Support

extension KeyRing {
  /// The keys, where the one that makes is long enough to seal with: what a person thought of is tried out.
  package static func forSealing(_ settings: Settings) throws(Failure) -> KeyRing {
    if !settings.isSet(.keysFile), !settings.isSet(.keysCredential), let key = settings.key,
      key.count < Key.leastForSealing
    {
      throw Failure(
        .config,
        "SECRET_KEY has \(key.count) bytes; to seal with it takes at least \(Key.leastForSealing) random ones.")
    }
    return try KeyRing(settings)
  }

  /// SECRET_KEY makes; the SECRET_KEY_FALLBACKS verify too, the last one before the first, as in Flask 3.1.1. The keys of
  /// a key file are newer than all of these.
  package init(_ settings: Settings) throws(Failure) {
    self.init()
    for fallback in settings.fallbackKeys {
      add(fallback)
    }
    if let key = settings.key {
      add(key)
    }
    for name in [SettingName.keysFile, .keysCredential] {
      guard let content = settings.secret(name) else { continue }
      try KeyFile(name).read(content, into: &self)
    }
    if let time = settings.time(.revokedBefore) {
      revokedBefore = max(time, revokedBefore ?? time)
    }
  }
}
