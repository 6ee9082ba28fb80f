// SPDX-License-Identifier: Apache-2.0
internal import CSupport
package import Support

/// Settings from a file and from the environment.
extension Settings {
  /// Reads a file of `NAME=value` lines of at most 1 MiB. Blank lines and lines that begin with `#` say nothing, a line
  /// may end with CR LF. There is no quoting, and no space is taken away: the value is all that stands after the first
  /// `=`.
  package mutating func load(path: Text) throws(Failure) {
    guard !path.isEmpty, !path.bytes.contains(0) else {
      throw Failure(.argument, "the path of a file of settings is expected")
    }
    let loaded = File.read(path, limit: 1 << 20) { (bytes) -> Result<Settings, Failure> in
      var settings = self
      return Result { () throws(Failure) -> Settings in
        try settings.read(bytes, path)
        return settings
      }
    }
    switch loaded {
    case .success(let result): self = try result.get()
    case .failure(let failure):
      throw Failure(
        .config, "the settings in \(path.string) cannot be read: \(failure.message)", native: failure.native)
    }
  }

  private mutating func read(_ bytes: UnsafeBufferPointer<UInt8>, _ path: Text) throws(Failure) {
    var rest = bytes[...]
    var number = 1
    while !rest.isEmpty {
      let end = rest.firstIndex(of: 0x0A) ?? rest.endIndex
      var line = rest[..<end]
      if line.last == 0x0D { line = line.dropLast() }
      do throws(Failure) {
        try read(line: UnsafeBufferPointer(rebasing: line))
      } catch {
        throw Failure(error.status, "\(path.string), line \(number): \(error.message)", native: error.native)
      }
      rest = end < rest.endIndex ? rest[(end + 1)...] : rest[rest.endIndex...]
      number += 1
    }
  }

  private mutating func read(line: UnsafeBufferPointer<UInt8>) throws(Failure) {
    guard !line.starts(with: [0xEF, 0xBB, 0xBF]) else {
      throw Failure(.config, "it begins with a byte-order mark; save the file as UTF-8 without one")
    }
    guard let start = line.first(where: { !isBlank($0) }), line.first != UInt8(ascii: "#") else { return }
    guard start != UInt8(ascii: "#") else {
      throw Failure(.config, "this comment is indented; its # has to be the first character of the line")
    }
    guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else {
      throw Failure(.config, "NAME=value is expected, or a # before a comment")
    }
    let name = line[..<equals]
    try check(name)
    try set(Text(Array(name)), bytes: UnsafeBufferPointer(rebasing: line[(equals + 1)...]))
  }

  /// Says what is wrong with a name as shells and other readers of such files take it.
  private func check(_ name: Slice<UnsafeBufferPointer<UInt8>>) throws(Failure) {
    if name.drop(while: isBlank).starts(with: Text("export ").bytes) {
      throw Failure(.config, "NAME=value is expected, without export: no shell reads this file")
    }
    if name.first.map(isBlank) ?? false || name.last.map(isBlank) ?? false {
      throw Failure(.config, "there is a space around the name; NAME=value without spaces is expected")
    }
  }

  private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// Takes every variable of the environment whose name begins with `prefix`: the rest of its name has to be one of
  /// ours.
  package mutating func loadEnvironment(prefix: Text) throws(Failure) {
    guard !prefix.isEmpty, !prefix.bytes.contains(UInt8(ascii: "=")) else {
      throw Failure(.argument, "a prefix of names of environment variables is expected, and it is not empty")
    }
    guard let environment = csupport_environment() else { return }
    try load(environment: environment, prefix)
  }

  /// - Parameter environment: `NAME=value` texts, the last one followed by NULL.
  mutating func load(environment: UnsafePointer<UnsafeMutablePointer<CChar>?>, _ prefix: Text) throws(Failure) {
    var variable = environment
    var settings = self
    while let text = variable.pointee {
      let length = strlen(text)
      try text.withMemoryRebound(to: UInt8.self, capacity: length) { (start) throws(Failure) -> Void in
        try settings.take(UnsafeBufferPointer(start: start, count: length), prefix)
      }
      variable += 1
    }
    self = settings
  }

  private mutating func take(_ variable: UnsafeBufferPointer<UInt8>, _ prefix: Text) throws(Failure) {
    guard variable.starts(with: prefix.bytes), let equals = variable.firstIndex(of: UInt8(ascii: "=")),
      equals >= prefix.count
    else { return }
    do throws(Failure) {
      let name = Text(Array(variable[prefix.count..<equals]))
      try set(name, bytes: UnsafeBufferPointer(rebasing: variable[(equals + 1)...]))
    } catch {
      throw Failure(error.status, "environment, \(prefix.string)*: \(error.message)", native: error.native)
    }
  }
}
