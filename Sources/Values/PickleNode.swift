// SPDX-License-Identifier: Apache-2.0

/// A container of a pickle under construction.
struct PickleNode {
  enum Kind {
    case list, tuple, set
    /// Keys and values by turns.
    case map
    /// An object without its state; then its one value.
    case uuid
  }

  let kind: Kind
  var items: [PickleItem]
}
