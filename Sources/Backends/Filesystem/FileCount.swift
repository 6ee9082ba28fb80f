// SPDX-License-Identifier: Apache-2.0
internal import Stores
internal import Support

/// The number of records that cachelib keeps in a file beside them. It deletes live ones when that is above its
/// threshold, so the number is kept right for it. Nothing of ours depends on it but when to look for expired ones.
struct FileCount {
  let folder: FileFolder
  let locks: FileLocks

  /// Begins to count in a folder in which nothing is. cachelib counts what is there when it starts.
  func begin() throws(Failure) {
    var start: Int64? = 0
    guard try folder.names(from: &start, atMost: 2048).allSatisfy({ !$0.isDigest }), start == nil else { return }
    try write(0, FileDialect.newest)
  }

  /// Leaves a negative number alone, which processes of cachelib make that count at the same time: what it should be, only
  /// a count of all files would tell, and too large a one has them delete live sessions.
  ///
  /// - Returns: the new number; nil where nobody counts.
  func add(_ more: Int64, _ deadline: Deadline) throws(Failure) -> Int64? {
    guard let dialect = try FileDialect.ofCount(in: folder) else { return nil }
    let name = try dialect.countName()
    return try locks.holding(name, deadline) { () throws(Failure) -> Int64? in
      guard let content = try folder.read(name, limit: 64), let header = FileHeader(content.bytes),
        let (number, _) = PickledInteger.read(content.bytes[header.size...]), number >= 0
      else { return nil }
      let sum = max(number + more, 0)
      try write(sum, dialect)
      return sum
    }
  }

  private func write(_ number: Int64, _ dialect: FileDialect) throws(Failure) {
    try folder.write(
      try dialect.countName(), FileHeader.never(dialect.generation),
      PickledInteger.bytes(min(number, 0x7FFF_FFFF), version: 5))
  }
}
