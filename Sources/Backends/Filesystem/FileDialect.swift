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

  /// As the count that was written last tells. Nil where nobody counts.
  static func ofCount(in folder: FileFolder) throws(Failure) -> FileDialect? {
    let new = try count(in: folder, try FileName(of: countKey))
    var old: (generation: FileHeader.Generation, written: Int64)?
    if let name = FileName(old: countKey) { old = try count(in: folder, name) }
    if let old, old.written > new?.written ?? 0 { return FileDialect(isOld: true, generation: old.generation) }
    return new == nil ? nil : newest
  }

  /// As some record that is there tells. Nil where there is none.
  static func ofRecords(in folder: FileFolder) throws(Failure) -> FileDialect? {
    var start: Int64? = 0
    var old: FileName?
    for name in try folder.names(from: &start, atMost: 4096) where name.isDigest {
      if !name.isOld { return newest }
      old = name
    }
    guard let old, let content = try folder.read(old, limit: 64), let header = FileHeader(content.bytes) else {
      return nil
    }
    return FileDialect(isOld: true, generation: header.generation)
  }

  /// That of cachelib since 0.16.
  static var newest: FileDialect { FileDialect(isOld: false, generation: .fixed) }

  private init(isOld: Bool, generation: FileHeader.Generation) {
    self.isOld = isOld
    self.generation = generation
  }

  private static var countKey: Text { "__wz_cache_count" }

  private static func count(
    in folder: FileFolder, _ name: FileName
  ) throws(Failure) -> (generation: FileHeader.Generation, written: Int64)? {
    guard let content = try folder.read(name, limit: 64), let header = FileHeader(content.bytes) else { return nil }
    return (header.generation, content.written)
  }
}
