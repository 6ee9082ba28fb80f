// SPDX-License-Identifier: Apache-2.0
internal import Support

/// Who logs in with the save of a session.
struct Login {
  let user: Text
  /// What the session is called in a list.
  let label: Text

  /// - Throws: ARGUMENT for what names no user.
  static func check(_ user: Text) throws(Failure) {
    guard 1...1024 ~= user.count else {
      throw Failure(.argument, "A user is named by 1 to 1024 bytes, and this name has \(user.count).")
    }
  }
}
