// SPDX-License-Identifier: Apache-2.0
internal import CSupport
internal import Support

/// A small file that is read in one piece and leaves no copy of its bytes behind.
enum File {
  /// - Returns: what `body` makes of the content, or CONFIG with the path and the system's reason.
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
      let message = "the file \(path.string) of at most \(limit >> 10) KiB cannot be read: \(reason(error))"
      return .failure(Failure(.config, message, native: error))
    }
    defer {
      csupport_wipe(bytes, size)
      free(bytes)
    }
    return .success(body(UnsafeBufferPointer(start: bytes, count: size)))
  }

  private static func reason(_ error: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    csupport_error_text(error, &buffer, buffer.count)
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
