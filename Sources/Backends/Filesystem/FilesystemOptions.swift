// SPDX-License-Identifier: Apache-2.0
internal import CSupport
package import Support

/// Which folder, and with what rights.
package struct FilesystemOptions: Sendable {
  /// Absolute: a host that changes its directory keeps its sessions.
  package let path: Text
  /// Records above which a new one makes room by removing expired ones; 0: nobody counts.
  package let threshold: Int
  /// The permissions of each file.
  package let mode: Int32
  package let largestRecord: Int

  /// CONFIG for a path that is empty or has a NUL, and for a mode without which the owner could not read.
  package init(
    path: Text, threshold: Int = 500, mode: Int32 = 0o600, largestRecord: Int = 64 << 20
  ) throws(Failure) {
    guard !path.isEmpty, !path.bytes.contains(0) else {
      throw Failure(.config, "The folder of sessions must be a path without a NUL, and not empty")
    }
    guard mode & 0o600 == 0o600, mode & ~0o777 == 0 else {
      throw Failure(.config, "The mode of session files must let their owner read and write, as 0o600 does")
    }
    self.path = try FilesystemOptions.absolute(path)
    self.threshold = threshold
    self.mode = mode
    self.largestRecord = largestRecord
  }

  private static func absolute(_ path: Text) throws(Failure) -> Text {
    if path.bytes.first == 0x2F { return path }
    guard let directory = csupport_working_directory() else {
      throw Failure(.config, "The folder of sessions is relative and there is no working directory")
    }
    defer { free(directory) }
    return Text(Array(String(cString: directory).utf8) + [0x2F] + path.bytes)
  }
}
