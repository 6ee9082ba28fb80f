// SPDX-License-Identifier: Apache-2.0
package import Support

/// One of the words that a setting may be, compared without case.
package struct SettingWord: Sendable, ExpressibleByStringLiteral {
  package let text: StaticString
  /// What is kept when this word is given: itself, or the word it is another name for.
  package let meaning: StaticString
  /// Set for a word that is known and still cannot be used: the status and what to do instead.
  package let refusal: (status: Status, advice: StaticString)?

  package init(stringLiteral text: StaticString) {
    self.init(text, meaning: text, refusal: nil)
  }

  package static func alias(_ text: StaticString, of meaning: StaticString) -> SettingWord {
    SettingWord(text, meaning: meaning, refusal: nil)
  }

  package static func refused(_ text: StaticString, _ status: Status, _ advice: StaticString) -> SettingWord {
    SettingWord(text, meaning: text, refusal: (status, advice))
  }

  private init(_ text: StaticString, meaning: StaticString, refusal: (status: Status, advice: StaticString)?) {
    (self.text, self.meaning, self.refusal) = (text, meaning, refusal)
  }
}
