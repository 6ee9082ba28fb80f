// SPDX-License-Identifier: Apache-2.0

/// Whose JSON is read and written: the two differ in what they accept and in how they spell one value.
enum JSONDialect {
  /// Flask's cookie: Python's `json` with Flask's tags.
  case flask
  /// Flask-Session's stores: msgspec.
  case msgspec
}
