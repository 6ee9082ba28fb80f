// SPDX-License-Identifier: Apache-2.0
package import Settings
internal import Support

extension KeyRing {
  /// SECRET_KEY signs; the SECRET_KEY_FALLBACKS verify too, the last one before the first, as in Flask 3.1.1.
  package init(_ settings: Settings) {
    self.init()
    guard let key = settings.key else { return }
    for fallback in settings.fallbackKeys {
      add(fallback)
    }
    add(key)
  }
}
