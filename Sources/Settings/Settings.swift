// SPDX-License-Identifier: Apache-2.0
package import Support

/// Names and values as they were configured: checked one by one when they are set, and nothing decided.
///
/// A value that is set again is replaced. A call that fails changes nothing.
package struct Settings: Sendable {
  /// By the raw value of the name.
  private var values = [SettingValue?](repeating: nil, count: SettingName.allCases.count)
  /// What SESSION_MIGRATE_ was put before; none or one.
  var overrides: [Settings] = []

  package init() {}

  /// Sets a setting from text: a list as a JSON array of strings.
  package mutating func set(_ name: Text, text: Text) throws(Failure) {
    if let old = Settings.nameOfOld(name) {
      return try changeOverrides(old) { (old, overrides) throws(Failure) in try overrides.set(old, text: text) }
    }
    let name = try Settings.known(name)
    let value = text.bytes.withUnsafeBufferPointer { (bytes) -> Result<SettingValue, Failure> in
      Result { () throws(Failure) -> SettingValue in try SettingReader(name: name).value(bytes) }
    }
    self[name] = try value.get()
  }

  /// Sets a setting from bytes, which are text but for a secret.
  package mutating func set(_ name: Text, bytes: UnsafeBufferPointer<UInt8>) throws(Failure) {
    if let old = Settings.nameOfOld(name) {
      return try changeOverrides(old) { (old, overrides) throws(Failure) in try overrides.set(old, bytes: bytes) }
    }
    let name = try Settings.known(name)
    self[name] = try SettingReader(name: name).value(bytes)
  }

  /// Adds one item to a setting that is a list.
  package mutating func add(_ name: Text, bytes: UnsafeBufferPointer<UInt8>) throws(Failure) {
    let name = try Settings.known(name)
    let item = try SettingReader(name: name).listed(bytes)
    self[name] = .secrets(held(name) + [item])
  }

  /// The same settings with what files hold read from them again.
  package func withFilesReadAgain() throws(Failure) -> Settings {
    var settings = self
    for name in SettingName.allCases {
      guard case .secrets(let secrets) = self[name] else { continue }
      settings[name] = .secrets(try SettingReader(name: name).again(secrets))
    }
    return settings
  }

  /// Finds settings that contradict each other, whatever order they were set in.
  package func check() throws(Failure) {
    for (one, other) in [
      (SettingName.secretKey, SettingName.secretKeyFile),
      (SettingName.secretKeyFallbacks, SettingName.secretKeyFallbacksFiles),
      (SettingName.keysFile, SettingName.keysCredential),
    ] where isSet(one) && isSet(other) {
      throw Failure(.config, "\(one.text) and \(other.text) are both set; only one of them is expected")
    }
    try checkMigration()
  }

  private static func known(_ text: Text) throws(Failure) -> SettingName {
    if let name = SettingName(text) { return name }
    let nearest = nearest(to: text.bytes, of: SettingName.allCases.map { $0.text })
    let advice: Message = if let nearest { "; the nearest name is \(nearest)" } else { "; the README lists them all" }
    // What does not look like a name is not shown: in a file, it may be a line of a key.
    let written: Message = looksLikeName(text) ? "\(text.string) is not a setting" : "this is not the name of a setting"
    throw Failure(.config, "\(written)\(advice)")
  }

  private static func looksLikeName(_ text: Text) -> Bool {
    for byte in text.bytes where uppercase(byte) != UInt8(ascii: "_") && !(0x41...0x5A ~= uppercase(byte)) {
      return false
    }
    return 1...64 ~= text.count
  }

  subscript(name: SettingName) -> SettingValue? {
    get { values[name.rawValue] }
    set { values[name.rawValue] = newValue }
  }
}
