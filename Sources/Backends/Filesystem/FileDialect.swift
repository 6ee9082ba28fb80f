// SPDX-License-Identifier: Apache-2.0
internal import Support

/// How the cachelib that shares a folder names its files and begins them: new records are such that it reads them.
struct FileDialect {
  /// Whether names are MD5.
  let isOld: Bool
  let generation: FileHeader.Generation

  /// The name of the file in which cachelib counts the others.
  func countName() throws(Failure) -> FileName {
    try name(of: FileDialect.countKey)
  }

  func name(of key: Text) throws(Failure) -> FileName {
    if isOld, let name = FileName(old: key) { return name }
    return try FileName(of: key)
  }

  /// As the count that was written last tells. Where nobody counts, as some record that is there; in an empty folder
  /// that of cachelib 0.16 and later.
  init(of folder: FileFolder) throws(Failure) {
    let new = try FileDialect.count(in: folder, try FileName(of: FileDialect.countKey))
    var old: (generation: FileHeader.Generation, written: Int64)?
    if let name = FileName(old: FileDialect.countKey) { old = try FileDialect.count(in: folder, name) }
    if let old, old.written > new?.written ?? 0 {
      self = FileDialect(isOld: true, generation: old.generation)
    } else if new != nil {
      self = FileDialect.newest
    } else {
      self = try FileDialect.ofRecords(in: folder)
    }
  }

  private init(isOld: Bool, generation: FileHeader.Generation) {
    self.isOld = isOld
    self.generation = generation
  }

  private static var countKey: Text { "__wz_cache_count" }

  private static var newest: FileDialect { FileDialect(isOld: false, generation: .fixed) }

  private static func count(
    in folder: FileFolder, _ name: FileName
  ) throws(Failure) -> (generation: FileHeader.Generation, written: Int64)? {
    guard let content = try folder.read(name, limit: 64), let header = FileHeader(content.bytes) else { return nil }
    return (header.generation, content.written)
  }

  private static func ofRecords(in folder: FileFolder) throws(Failure) -> FileDialect {
    var start: Int64? = 0
    var old: FileName?
    for name in try folder.names(from: &start, atMost: 4096) where name.isDigest {
      if name.text.count == 64 { return newest }
      old = name
    }
    guard let old, let content = try folder.read(old, limit: 64), let header = FileHeader(content.bytes) else {
      return newest
    }
    return FileDialect(isOld: true, generation: header.generation)
  }
}
