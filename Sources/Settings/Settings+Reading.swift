// SPDX-License-Identifier: Apache-2.0
package import Support

/// What was set, by its kind; nil where nothing was.
extension Settings {
  package func isSet(_ name: SettingName) -> Bool { self[name] != nil }

  /// A text, a path, or the word of a choice as its table has it.
  package func text(_ name: SettingName) -> Text? {
    if case .text(let text) = self[name] { text } else { nil }
  }

  package func connection(_ name: SettingName) -> ConnectionURL? {
    if case .connection(let url) = self[name] { url } else { nil }
  }

  package func flag(_ name: SettingName) -> Bool? {
    if case .flag(let flag) = self[name] { flag } else { nil }
  }

  package func number(_ name: SettingName) -> Int64? {
    if case .number(let number) = self[name] { number } else { nil }
  }

  /// A lifetime.
  package func seconds(_ name: SettingName) -> Int64? {
    if case .seconds(let seconds) = self[name] { seconds } else { nil }
  }

  /// A time limit.
  package func milliseconds(_ name: SettingName) -> Int64? {
    if case .milliseconds(let milliseconds) = self[name] { milliseconds } else { nil }
  }

  /// A moment, in seconds since 1970-01-01T00:00:00Z.
  package func time(_ name: SettingName) -> Int64? {
    if case .time(let time) = self[name] { time } else { nil }
  }

  package func secret(_ name: SettingName) -> Secret? {
    held(name).first?.secret
  }

  /// A list of secrets, in its order; empty where nothing was set.
  package func secrets(_ name: SettingName) -> [Secret] {
    held(name).map { $0.secret }
  }

  func held(_ name: SettingName) -> [HeldSecret] {
    if case .secrets(let secrets) = self[name] { secrets } else { [] }
  }

  /// The key of SECRET_KEY or SECRET_KEY_FILE.
  package var key: Secret? { secret(.secretKey) ?? secret(.secretKeyFile) }

  /// The keys of SECRET_KEY_FALLBACKS or SECRET_KEY_FALLBACKS_FILES, in their order.
  package var fallbackKeys: [Secret] {
    isSet(.secretKeyFallbacks) ? secrets(.secretKeyFallbacks) : secrets(.secretKeyFallbacksFiles)
  }
}
