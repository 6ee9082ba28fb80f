// SPDX-License-Identifier: Apache-2.0

/// A text put together from literals, texts and numbers: a sentence for a person, a statement for a server.
///
/// Nothing here is inlined: Swift's own interpolation unfolds at each of the hundreds of places that make a message, and
/// a fifth of the library would be that.
package struct Message: ExpressibleByStringInterpolation, Sendable {
  package let text: String

  @inline(never)
  package init(stringLiteral text: String) {
    self.text = text
  }

  @inline(never)
  package init(stringInterpolation: StringInterpolation) {
    text = stringInterpolation.text
  }

  @inline(never)
  package static func + (left: Message, right: Message) -> Message {
    Message(stringLiteral: left.text + right.text)
  }

  package struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    @inline(never)
    package init(literalCapacity: Int, interpolationCount: Int) {}

    @inline(never)
    package mutating func appendLiteral(_ literal: String) {
      text += literal
    }

    @inline(never)
    package mutating func appendInterpolation(_ text: String) {
      self.text += text
    }

    package mutating func appendInterpolation(_ message: Message) {
      appendInterpolation(message.text)
    }

    @inline(never)
    package mutating func appendInterpolation(_ literal: StaticString) {
      text += literal.description
    }

    @inline(never)
    package mutating func appendInterpolation(_ number: Int64) {
      text += String(number)
    }

    package mutating func appendInterpolation(_ number: Int) {
      appendInterpolation(Int64(number))
    }

    package mutating func appendInterpolation(_ number: Int32) {
      appendInterpolation(Int64(number))
    }
  }
}
