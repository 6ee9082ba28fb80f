// SPDX-License-Identifier: Apache-2.0
internal import CSupport
package import Stores
package import Support

/// Records in the files of one folder, as the FileSystemCache of cachelib keeps them for Flask-Session.
///
/// A record is written beside its place and then put there, so that a reader, a crash or a kill sees the old one or the
/// new one. Who compares and sets holds a lock on the name. Nothing is flushed to the disk: after a power cut a session
/// may be an older one or none. Live records are never removed to make room.
package final class FilesystemStore: SessionStore {
  private let limits: StoreLimits
  private let threshold: Int
  private let folder: FileFolder
  private let locks: FileLocks
  private let state: FolderState

  package init(_ options: FilesystemOptions) {
    limits = StoreLimits(largestRecord: options.largestRecord)
    threshold = options.threshold
    folder = FileFolder(path: options.path, mode: options.mode)
    locks = FileLocks(folder)
    state = FolderState()
  }

  package var largestRecord: Int? { limits.largestRecord }

  // MARK: - Records

  package func load(_ key: Text, _ call: Call) throws(Failure) -> StoredRecord? {
    try limits.check(key)
    return try find(key, call).map { StoredRecord($0.record, remaining: $0.remaining) }
  }

  package func create(_ key: Text, _ record: [UInt8], timeToLive: Int64, _ call: Call) throws(Failure) -> Creation {
    try limits.check(key, record, timeToLive: timeToLive)
    let isNew = try makingFolder(call) { () throws(Failure) -> Bool? in
      try locks.holding(try FileName(of: key), call.deadline) { () throws(Failure) -> Bool? in
        if try find(key, call) != nil { return nil }
        let dialect = try dialect()
        let name = try dialect.name(of: key)
        return try holdingOld(name, call) { () throws(Failure) -> Bool in
          let isNew = try folder.read(name, limit: 0) == nil
          let header = FileHeader.bytes(dialect.generation, expiry: call.expiry(timeToLive), before: record)
          try folder.write(name, header, record)
          return isNew
        }
      }
    }
    guard let isNew else { return .exists }
    if isNew { makeRoom(for: count(1, call), call) }
    return .created(.bytes(record))
  }

  package func replace(
    _ key: Text, _ record: [UInt8], timeToLive: Int64, token: Token, _ call: Call
  ) throws(Failure) -> Replacement {
    try limits.check(key, record, timeToLive: timeToLive)
    let outcome = try changing(key, call) { (found) throws(Failure) -> Replacement in
      guard token == .bytes(found.record) else { return .changed(StoredRecord(found.record)) }
      try folder.write(found.name, found.header(call.expiry(timeToLive), before: record), record)
      return .replaced(.bytes(record))
    }
    return outcome ?? .gone
  }

  package func touch(_ key: Text, timeToLive: Int64, _ call: Call) throws(Failure) -> Bool {
    try limits.check(key, timeToLive: timeToLive)
    let isThere: Void? = try changing(key, call) { (found) throws(Failure) in
      let header = found.header(call.expiry(timeToLive), before: found.record)
      if header.count == found.headerSize {
        try folder.overwrite(found.name, header)
      } else {
        try folder.write(found.name, header, found.record)
      }
    }
    return isThere != nil
  }

  package func remove(_ key: Text, _ call: Call) throws(Failure) {
    try limits.check(key)
    let removed = try ifThereIsAFolder { () throws(Failure) -> Int64 in
      try locks.holding(try FileName(of: key), call.deadline) { () throws(Failure) -> Int64 in
        var removed: Int64 = 0
        for name in try names(key) where try folder.remove(name) { removed += 1 }
        return removed
      }
    }
    if let removed, removed > 0 { count(-removed, call) }
  }

  package func remove(_ key: Text, token: Token, _ call: Call) throws(Failure) -> Removal {
    try limits.check(key)
    let outcome = try changing(key, call) { (found) throws(Failure) -> Removal in
      guard token == .bytes(found.record) else { return .changed }
      return try folder.remove(found.name) ? .removed : .gone
    }
    if outcome == .removed { count(-1, call) }
    return outcome ?? .gone
  }

  // MARK: - Finding

  private struct Found {
    let name: FileName
    let generation: FileHeader.Generation
    let headerSize: Int
    /// Seconds; nil for one that never ends.
    let remaining: Int64?
    let record: [UInt8]

    /// One of the same kind: whoever wrote the file reads it.
    func header(_ expiry: Int64, before record: [UInt8]) -> [UInt8] {
      FileHeader.bytes(generation, expiry: expiry, before: record)
    }
  }

  /// The live record of a key, under the name of newer cachelibs or else that of older ones.
  private func find(_ key: Text, _ call: Call) throws(Failure) -> Found? {
    if let found = try read(try FileName(of: key), call) { return found }
    guard let old = FileName(old: key) else { return nil }
    return try read(old, call)
  }

  private func read(_ name: FileName, _ call: Call) throws(Failure) -> Found? {
    let most = (limits.largestRecord ?? 0) + FileHeader.longest
    guard let content = try folder.read(name, limit: most), let header = FileHeader(content.bytes),
      header.isLive(at: call.now)
    else { return nil }
    guard content.size <= most else {
      throw Failure(.tooLarge, "A session's file of \(content.size) bytes is larger than the store takes")
    }
    let record = Array(content.bytes[header.size...])
    return Found(
      name: name, generation: header.generation, headerSize: header.size, remaining: header.remaining(at: call.now),
      record: record)
  }

  private func names(_ key: Text) throws(Failure) -> [FileName] {
    let name = try FileName(of: key)
    guard let old = FileName(old: key) else { return [name] }
    return [name, old]
  }

  // MARK: - Locking

  /// Changes the live record of a key while nobody else of ours does. Nil where there is none.
  private func changing<Result>(
    _ key: Text, _ call: Call, _ body: (Found) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    let outcome = try ifThereIsAFolder { () throws(Failure) -> Result? in
      try locks.holding(try FileName(of: key), call.deadline) { () throws(Failure) -> Result? in
        guard let found = try find(key, call) else { return nil }
        return try holdingOld(found.name, call) { () throws(Failure) -> Result in try body(found) }
      }
    }
    return outcome ?? nil
  }

  /// A sweep knows no keys: it locks a file by its own name, which for the older names is not the one that is locked
  /// here already.
  private func holdingOld<Result>(
    _ name: FileName, _ call: Call, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard name.isOld else { return try body() }
    return try locks.holding(name, call.deadline, body)
  }

  private func ifThereIsAFolder<Result>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result? {
    do throws(Failure) {
      return try body()
    } catch {
      guard error.native == ENOENT else { throw error }
      return nil
    }
  }

  private func makingFolder<Result>(
    _ call: Call, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if let result = try ifThereIsAFolder(body) { return result }
    try prepare(call)
    return try body()
  }

  // MARK: - Upkeep

  /// Goes on where the last call stopped, and looks at ten times as many files as it may remove.
  package func list(_ prefix: Text, after place: [UInt8], limit: Int, _ call: Call) throws(Failure) -> KeyList {
    throw Failure(
      .unsupported,
      "Files cannot be listed by their ids: a file is named by a hash of its id. A session moves when its cookie comes."
    )
  }

  package func sweep(limit: Int, _ call: Call) throws(Failure) -> Bool {
    guard limit > 0 else { return true }
    let next = try sweep(from: state.swept, removing: limit, looking: min(limit, 100_000) * 10, call)
    state.swept = next ?? 0
    return next != nil
  }

  package func ping(_ call: Call) throws(Failure) {
    try folder.make()
    try folder.check()
  }

  package func prepare(_ call: Call) throws(Failure) {
    try folder.make()
    try folder.check()
    if threshold > 0 { try fileCount.begin() }
  }

  private func sweep(
    from place: Int64, removing most: Int, looking: Int, _ call: Call
  ) throws(Failure) -> Int64? {
    let (removed, next) = try FileSweeper(folder: folder, locks: locks)
      .sweep(from: place, removing: most, looking: looking, call)
    if removed > 0 { count(Int64(-removed), call) }
    return next
  }

  /// A new record above the threshold removes what has expired of some others. Live ones stay, however many.
  private func makeRoom(for number: Int64?, _ call: Call) {
    guard threshold > 0, let number, number > threshold else { return }
    let next = try? sweep(from: state.roomMade, removing: 8, looking: 8, call)
    state.roomMade = (next ?? nil) ?? 0
  }

  private func dialect() throws(Failure) -> FileDialect {
    if let counted = try FileDialect.ofCount(in: folder) { return counted }
    if let known = state.dialect { return known }
    guard let met = try FileDialect.ofRecords(in: folder) else { return FileDialect.newest }
    state.dialect = met
    return met
  }

  private var fileCount: FileCount { FileCount(folder: folder, locks: locks) }

  /// A record that was written is written, though it could not be counted.
  @discardableResult
  private func count(_ more: Int64, _ call: Call) -> Int64? {
    let counted = try? fileCount.add(more, call.deadline)
    return counted ?? nil
  }
}
