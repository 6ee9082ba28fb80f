// SPDX-License-Identifier: Apache-2.0
import Stores
import Support

/// 2023-11-14T22:13:20Z.
let epoch: Int64 = 1_700_000_000

/// A call at `epoch` and some seconds.
func at(_ seconds: Int64 = 0) -> Call {
  Call(now: epoch + seconds, deadline: .after(milliseconds: 20_000))
}

/// The same, and a record says how long it has still.
func telling(_ seconds: Int64 = 0) -> Call {
  Call(now: epoch + seconds, deadline: .after(milliseconds: 20_000), tellsRemaining: true)
}

extension [UInt8] {
  init(_ text: StaticString) {
    self = text.withUTF8Buffer { Array($0) }
  }
}

extension Creation {
  var isCreated: Bool { if case .created = self { true } else { false } }
  var exists: Bool { if case .exists = self { true } else { false } }
}

extension Replacement {
  var isReplaced: Bool { if case .replaced = self { true } else { false } }
  var isChanged: Bool { if case .changed = self { true } else { false } }
  var isGone: Bool { if case .gone = self { true } else { false } }
}

extension SessionStore {
  func record(_ key: Text, _ call: Call = at()) throws(Failure) -> [UInt8]? {
    try load(key, call)?.record
  }

  /// The token of the record that is there, by loading it.
  func token(_ key: Text, _ call: Call = at()) throws(Failure) -> Token? {
    try load(key, call)?.token
  }
}

/// The status that a call threw, or nil.
func status(_ body: () throws(Failure) -> Void) -> Status? {
  do throws(Failure) {
    try body()
    return nil
  } catch {
    return error.status
  }
}
