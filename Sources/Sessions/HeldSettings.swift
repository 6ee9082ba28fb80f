// SPDX-License-Identifier: Apache-2.0
internal import Settings

/// Settings as an object, so that they can be replaced while others use them.
final class HeldSettings: Sendable {
  let settings: Settings

  init(_ settings: Settings) {
    self.settings = settings
  }
}
