// SPDX-License-Identifier: Apache-2.0
package import Support

/// One of the words that a setting may be, compared without case.
package struct SettingWord: Sendable, ExpressibleByStringLiteral {
  package let text: StaticString
  /// What is kept when this word is given: itself, or the word it is another name for.
  package let meaning: StaticString
  /// Whether messages propose it.
  package let isProposed: Bool
  /// Set for a word that is known and still cannot be used: the status and what to do instead.
  package let refusal: (status: Status, advice: StaticString)?

  package init(stringLiteral text: StaticString) {
    self.init(text, meaning: text, isProposed: true)
  }

  /// Another name for a word.
  package static func alias(_ text: StaticString, of meaning: StaticString) -> SettingWord {
    SettingWord(text, meaning: meaning, isProposed: false)
  }

  package static func refused(_ text: StaticString, _ status: Status, _ advice: StaticString) -> SettingWord {
    SettingWord(text, meaning: text, isProposed: false, refusal: (status, advice))
  }

  private init(
    _ text: StaticString, meaning: StaticString, isProposed: Bool,
    refusal: (status: Status, advice: StaticString)? = nil
  ) {
    (self.text, self.meaning, self.isProposed, self.refusal) = (text, meaning, isProposed, refusal)
  }
}
