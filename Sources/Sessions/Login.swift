// SPDX-License-Identifier: Apache-2.0
internal import Support

/// Who logs in with the save of a session.
struct Login {
  let user: Text
  /// What the session is called in a list.
  let label: Text
}
