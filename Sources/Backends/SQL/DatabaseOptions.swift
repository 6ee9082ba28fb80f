// SPDX-License-Identifier: Apache-2.0
package import Settings
package import Support

/// Which table of which database, and what its connections may take: what the SQL servers have in common.
package struct DatabaseOptions: PooledOptions, Sendable {
  package let url: ConnectionURL
  /// Where the address stands: what messages name.
  package let setting: SettingName
  package let table: Text
  /// Nil for the one that the server presumes.
  package let schema: Text?
  package var poolSize = 8
  /// Milliseconds.
  package var connectTimeout: Int64 = 2_000
  /// Milliseconds for which a connection that nobody uses is kept.
  package var idleTime: Int64 = 60_000
  package var largestRecord = 64 << 20

  /// - Parameter largestName: bytes; the server would cut a longer one, and so take one table for another.
  package init(
    _ url: ConnectionURL, of setting: SettingName, table: Text = "sessions", schema: Text? = nil, largestName: Int
  ) throws(Failure) {
    for name in [table, schema ?? "-"] {
      guard 1...largestName ~= name.count, !name.bytes.contains(0), isUTF8(name.bytes) else {
        throw Failure(
          .config, "The names of the session table and its schema must be UTF-8 text of 1 to \(largestName) bytes")
      }
    }
    self.url = url
    self.setting = setting
    self.table = table
    self.schema = schema
  }
}
