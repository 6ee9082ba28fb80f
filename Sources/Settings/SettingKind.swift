// SPDX-License-Identifier: Apache-2.0
package import Support

/// What the value of a setting has to be.
package enum SettingKind: Sendable {
  /// UTF-8 without control characters.
  case text
  /// What is sent as the value of a header: visible ASCII, with spaces within; not empty.
  case header
  /// A path of the file system; not empty.
  case path
  /// A URL, which may hold a password: never shown.
  case connection
  /// The same, or servers as memcached's clients have them: `host:port,host:port`, `unix:/path`.
  case servers
  /// Any bytes, at least one; never shown.
  case secret
  /// A list of secrets.
  case secrets
  /// The path of a file that holds a secret, which is read when the setting is set.
  case secretFile
  /// The name of a credential that systemd gave the process, a secret that is read likewise.
  case credential
  /// A list of such paths.
  case secretFiles
  /// `true`, `false`, `1` or `0`, in any case.
  case flag
  /// A whole number.
  case number(ClosedRange<Int64>)
  /// Permissions of a file: a number as Python has it, `384`, or `0o600`.
  case mode
  /// A duration, kept in whole seconds: a fraction is cut off, as Flask does.
  case seconds(ClosedRange<Int64>)
  /// A duration, given in seconds and kept in milliseconds.
  case milliseconds(ClosedRange<Int64>)
  /// A moment, kept in seconds since 1970-01-01T00:00:00Z: such a number, or `2026-01-31T12:00:00Z`.
  case time
  /// One of these words, in any case.
  case choice([SettingWord])
  /// Known to Flask's users, without a meaning here: any text is taken and forgotten.
  case ignored
  /// Known to Flask's users and not to be had here: the status and what to do instead.
  case refused(Status, StaticString)
}
