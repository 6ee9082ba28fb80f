// SPDX-License-Identifier: Apache-2.0
import Foundation

extension Process {
  private static let starting = NSLock()

  /// Starts processes with none started beside them: a child inherits what another start has opened and not marked yet,
  /// and the end of that other process would go unseen for as long as the child runs.
  static func alone<Result>(_ body: () throws -> Result) rethrows -> Result {
    try starting.withLock(body)
  }

  func start() throws {
    try Process.alone { try run() }
  }
}
