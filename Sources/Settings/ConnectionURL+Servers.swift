// SPDX-License-Identifier: Apache-2.0
package import Support

extension ConnectionURL {
  /// Reads a URL, or a list of servers as memcached's clients have it: `host:11211,[::1]:11211,unix:/path/of/the.sock`.
  package init(servers bytes: UnsafeBufferPointer<UInt8>, of setting: SettingName) throws(Failure) {
    let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
    if bytes.isEmpty || bytes.count > 8192 || bytes[(colon ?? bytes.endIndex)...].starts(with: [0x3A, 0x2F, 0x2F]) {
      self = try ConnectionURL(bytes, of: setting)
      return
    }
    var url = Text("memcached://").bytes
    for (place, server) in bytes.split(separator: 0x2C, omittingEmptySubsequences: false).enumerated() {
      if place > 0 { url.append(0x2C) }
      url.append(contentsOf: ConnectionURL.host(server))
    }
    let read = url.withUnsafeBufferPointer { url in
      Result { () throws(Failure) in try ConnectionURL(url, of: setting) }
    }
    self = try read.get()
  }

  /// One server as a URL has it: the slashes of a path in percent signs, and no word before it.
  private static func host(_ server: Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8] {
    for family in ["inet:", "inet6:"] as [StaticString] where server.starts(with: Text(stringLiteral: family).bytes) {
      return Array(server.dropFirst(family.utf8CodeUnitCount))
    }
    let unix = Text("unix:").bytes
    guard server.starts(with: unix) || server.first == 0x2F else { return Array(server) }
    var host: [UInt8] = []
    for byte in server.dropFirst(server.first == 0x2F ? 0 : unix.count) {
      if byte == 0x2F { host.append(contentsOf: Text("%2F").bytes) } else { host.append(byte) }
    }
    return host
  }
}
