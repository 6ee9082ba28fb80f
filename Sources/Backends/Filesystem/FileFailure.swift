// SPDX-License-Identifier: Apache-2.0
internal import CSupport
internal import Support

/// What an errno of the file system means to a caller.
enum FileFailure {
  /// - Parameter what: what could not be done to a session's file: `read`, `written`.
  static func check(_ error: Int32, _ what: StaticString) throws(Failure) {
    if error == 0 { return }
    let reason = reason(error)
    switch error {
    case EACCES, EPERM, EROFS:
      throw Failure(
        .auth,
        "The folder of sessions or a file in it cannot be \(what): \(reason); look at the rights of SESSION_FILE_DIR and of "
          + "its files", native: error)
    case ENOENT, ENOTDIR, ELOOP, EMFILE, ENFILE:
      throw Failure(
        .unavailable, "The folder of sessions cannot be \(what): \(reason); look at SESSION_FILE_DIR", native: error)
    case ETIME:
      throw Failure(.timeout, "A session's file stayed locked until the time for the call was over", native: error)
    default:
      throw Failure(.backend, "A session's file could not be \(what): \(reason)", native: error)
    }
  }

  private static func reason(_ error: Int32) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
      buffer.initialize(repeating: 0)
      guard let start = buffer.baseAddress else { return "" }
      csupport_error_text(error, start, buffer.count)
      return String(cString: start)
    }
  }
}
