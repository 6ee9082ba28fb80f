// SPDX-License-Identifier: Apache-2.0
#if Redis
  internal import Support

  /// A command and its arguments, one behind the other.
  struct RedisCommand {
    private(set) var bytes: [UInt8] = []
    /// Of each argument.
    private(set) var lengths: [Int] = []

    init(_ name: StaticString, _ arguments: Argument...) {
      self.init(name, arguments)
    }

    init(_ name: StaticString, _ arguments: [Argument]) {
      add(.word(name))
      for argument in arguments { add(argument) }
    }

    enum Argument {
      case word(StaticString)
      case bytes([UInt8])
      case number(Int64)

      static func key(_ key: Text) -> Argument { .bytes(key.bytes) }
    }

    private mutating func add(_ argument: Argument) {
      let before = bytes.count
      switch argument {
      case .word(let word): word.withUTF8Buffer { bytes.append(contentsOf: $0) }
      case .bytes(let argument): bytes.append(contentsOf: argument)
      case .number(let number): bytes.append(contentsOf: Array("\(number)".utf8))
      }
      lengths.append(bytes.count - before)
    }
  }
#endif
