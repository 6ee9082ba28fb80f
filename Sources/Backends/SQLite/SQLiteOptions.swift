// SPDX-License-Identifier: Apache-2.0
#if SQLite
  internal import CSupport
  package import Support

  /// Which database and which table.
  package struct SQLiteOptions: Sendable {
    /// Absolute: a host that changes its directory keeps its sessions.
    package let path: Text
    package let table: Text
    package let poolSize: Int
    package let largestRecord: Int
    /// Milliseconds after which a connection looks again whether its file is still the one of that name.
    package let fileCheckInterval: Int64

    /// CONFIG for ":memory:", an empty name, and names with a NUL.
    package init(
      path: Text, table: Text = "sessions", poolSize: Int = 8, largestRecord: Int = 256 << 20,
      fileCheckInterval: Int64 = 100
    ) throws(Failure) {
      guard !path.isEmpty, path != ":memory:" else {
        throw Failure(.config, "SQLite sessions need a file: processes cannot share \":memory:\" or an empty path")
      }
      guard !path.bytes.contains(0) else { throw Failure(.config, "The path of the SQLite database holds a NUL") }
      guard !table.isEmpty, !table.bytes.contains(0), isUTF8(table.bytes) else {
        throw Failure(.config, "The name of the session table must be UTF-8 text without a NUL, and not empty")
      }
      self.path = try SQLiteOptions.absolute(path)
      self.table = table
      self.poolSize = poolSize
      self.largestRecord = largestRecord
      self.fileCheckInterval = fileCheckInterval
    }

    // It also takes from "file:..." and ":..." what SQLite would read into them.
    private static func absolute(_ path: Text) throws(Failure) -> Text {
      if path.bytes.first == 0x2F { return path }
      guard let directory = csupport_working_directory() else {
        throw Failure(.config, "The path of the SQLite database is relative and there is no working directory")
      }
      defer { free(directory) }
      return Text(Array(String(cString: directory).utf8) + [0x2F] + path.bytes)
    }
  }
#endif
