// SPDX-License-Identifier: Apache-2.0
package import Settings
package import Support

extension FilesystemOptions {
  /// From SESSION_FILE_DIR, _THRESHOLD and _MODE, with Flask-Session's defaults.
  package init(_ settings: Settings) throws(Failure) {
    try self.init(
      path: settings.text(.fileDirectory) ?? "flask_session", threshold: Int(settings.number(.fileThreshold) ?? 500),
      mode: Int32(settings.number(.fileMode) ?? 0o600))
  }
}
