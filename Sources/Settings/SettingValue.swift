// SPDX-License-Identifier: Apache-2.0
internal import Support

/// A value that was checked against its setting's kind.
enum SettingValue {
  case text(Text)
  case connection(ConnectionURL)
  case secrets([HeldSecret])
  case flag(Bool)
  case number(Int64)
  case seconds(Int64)
  case milliseconds(Int64)
  case time(Int64)
  case ignored
}
