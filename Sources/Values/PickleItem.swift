// SPDX-License-Identifier: Apache-2.0

/// What stands on the stack and in the memo of the machine that reads pickles.
enum PickleItem {
  case value(Value)
  /// A container, which the pickle may still be filling: its number in the reader's list.
  case node(Int)
  /// A class or function that is only named.
  case name(PickleName)
  case duration(PythonDuration)
  /// A time zone: seconds east of Greenwich.
  case zone(Int32)
}
