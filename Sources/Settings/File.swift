// SPDX-License-Identifier: Apache-2.0
internal import CSupport
internal import Support

/// A small file that is read in one piece and leaves no copy of its bytes behind.
enum File {
  /// - Returns: what `body` makes of the content, or CONFIG with the reason alone: a path may be a key in the wrong
  ///   place.
  static func read<Content>(
    _ path: Text, limit: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Content
  ) -> Result<Content, Failure> {
    var bytes: UnsafeMutablePointer<UInt8>?
    var size = 0
    let error = (path.bytes + [0]).withUnsafeBufferPointer { path in
      path.withMemoryRebound(to: CChar.self) { path -> Int32 in
        guard let path = path.baseAddress else { return 0 }
        return csupport_read_file(path, limit, &bytes, &size)
      }
    }
    guard error == 0 else {
      return .failure(Failure(.config, "\(reason(error, limit))", native: max(error, 0)))
    }
    defer {
      csupport_wipe(bytes, size)
      free(bytes)
    }
    return .success(body(UnsafeBufferPointer(start: bytes, count: size)))
  }

  private static func reason(_ error: Int32, _ limit: Int) -> String {
    if error == CSUPPORT_NOT_REGULAR { return "it is not a regular file" }
    if error == EFBIG { return "it has more than \(limit >> 10) KiB" }
    var buffer = [CChar](repeating: 0, count: 128)
    csupport_error_text(error, &buffer, buffer.count)
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
