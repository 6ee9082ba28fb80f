// SPDX-License-Identifier: Apache-2.0
internal import CSupport
internal import Support

/// The files of one folder. What is there under a name and is no regular file, a link among it, is not there to it.
struct FileFolder: Sendable {
  let path: Text
  let mode: Int32

  struct Content {
    /// At most as many as were asked for.
    let bytes: [UInt8]
    /// Of the whole file.
    let size: Int
    /// When it was written, in nanoseconds since 1970.
    let written: Int64
  }

  /// The first bytes of a file; nil where there is none.
  func read(_ name: FileName, limit: Int) throws(Failure) -> Content? {
    var (descriptor, size, seconds, nanoseconds): (Int32, Int, Int64, Int64) = (-1, 0, 0, 0)
    let path = cString(name)
    var error = csupport_open_regular(path, &descriptor, &size, &seconds, &nanoseconds)
    if error == ENOENT || error == CSUPPORT_NOT_REGULAR { return nil }
    try FileFailure.check(error, "read")
    defer { csupport_close(descriptor) }
    let count = min(size, limit)
    let written = seconds &* 1_000_000_000 &+ nanoseconds
    guard count > 0 else { return Content(bytes: [], size: size, written: written) }
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, got in
      error = csupport_read_start(descriptor, buffer.baseAddress, count, &got)
    }
    try FileFailure.check(error, "read")
    return Content(bytes: bytes, size: size, written: written)
  }

  /// Puts a whole file in the place of what is there, so that a reader sees the one or the other.
  func write(_ name: FileName, _ header: [UInt8], _ record: [UInt8]) throws(Failure) {
    let draft = cString(try FileName.draft())
    try FileFailure.check(
      csupport_replace_file(draft, cString(name), header, header.count, record, record.count, mode), "written")
  }

  /// Writes a header over one of the same size.
  func overwrite(_ name: FileName, _ header: [UInt8]) throws(Failure) {
    try FileFailure.check(csupport_overwrite_start(cString(name), header, header.count), "written")
  }

  /// False: there was none.
  func remove(_ name: FileName) throws(Failure) -> Bool {
    let error = csupport_remove_file(cString(name))
    if error == ENOENT { return false }
    try FileFailure.check(error, "removed")
    return true
  }

  /// Names from a position on, 0 at first; nil in the end.
  func names(from position: inout Int64?, atMost size: Int) throws(Failure) -> [FileName] {
    var place = position ?? 0
    var error: Int32 = 0
    let path = Text(self.path.bytes + [0])
    let names = [UInt8](unsafeUninitializedCapacity: size) { buffer, used in
      buffer.withMemoryRebound(to: CChar.self) { buffer in
        path.bytes.withUnsafeBufferPointer { path in
          path.withMemoryRebound(to: CChar.self) { path in
            error = csupport_read_folder(path.baseAddress, &place, buffer.baseAddress, size, &used)
          }
        }
      }
    }
    position = place < 0 ? nil : place
    if error == ENOENT {
      position = nil
      return []
    }
    try FileFailure.check(error, "listed")
    return names.split(separator: 0).map { FileName(Text(Array($0))) }
  }

  /// Makes the folder where it is missing. Whoever may read its files may look into it.
  func make() throws(Failure) {
    let group: Int32 = mode & 0o060 != 0 ? 0o070 : 0
    let others: Int32 = mode & 0o006 != 0 ? 0o007 : 0
    try FileFailure.check(csupport_make_folder(cString(), 0o700 | group | others), "made")
  }

  func check() throws(Failure) {
    try FileFailure.check(csupport_check_folder(cString()), "used")
  }

  func cString(_ name: FileName? = nil) -> [CChar] {
    var characters = path.bytes
    if let name { characters += [0x2F] + name.text.bytes }
    return characters.map { CChar(bitPattern: $0) } + [0]
  }
}
