// SPDX-License-Identifier: Apache-2.0
internal import Support
internal import Values

extension ServerSidePolicy {
  /// Stores what a cookie of the time before the store holds; two requests that do so have one record.
  func brought(_ session: Session, _ writer: RecordWriter) throws(Failure) -> SeenRecord? {
    guard let (id, values) = session.brought, !isEmpty(values) else { return nil }
    return try writer.create(values, under: id)
  }

  /// Moves about `limit` records from the old store.
  func migrate(_ progress: inout MigrationProgress, limit: Int, now: Int64) throws(Failure) -> Bool {
    guard let store = store as? MigratingStore else {
      throw Failure(.config, "SESSION_MIGRATE_FROM does not name a store, so there is none to move sessions from.")
    }
    return try store.move(&progress, limit: limit, now: now, self.limit)
  }
}
