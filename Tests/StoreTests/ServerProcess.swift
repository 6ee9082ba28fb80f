// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A server of the tests that refuses to run as root: it is another user's then. It is ended when this process ends,
/// however that does.
final class ServerProcess: @unchecked Sendable {
  struct Failed: Error { let message: String }

  /// The shell becomes the server; what it started before waits for the end of the pipe.
  private static let script = """
    exec 3<&0
    (read end <&3; kill -CONT $$; kill -$2 $$; sleep 1; kill -9 $$; kill -0 $1 || rm -rf "$0") >/dev/null 2>&1 &
    shift 2
    exec "$@" 3<&- </dev/null >/dev/null 2>"$0/log"
    """
  private let shell = Process()
  private let pipe = Pipe()

  /// - Parameters:
  ///   - folder: its own, which goes when this process has ended.
  ///   - end: the signal that ends it.
  ///   - isReady: asked until it answers true.
  init(_ folder: URL, _ command: [String], end: String, isReady: () -> Bool) throws {
    shell.executableURL = URL(filePath: "/bin/sh")
    shell.arguments =
      ["-c", ServerProcess.script, folder.path, "\(getpid())", end] + ServerProcess.withoutRoot + command
    // No other process that is started has the end that this one keeps.
    try Process.alone {
      _ = fcntl(pipe.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
      shell.standardInput = pipe
      try shell.run()
    }
    let end = Date() + 30
    while !isReady() {
      guard shell.isRunning, Date() < end else {
        let log = try? String(contentsOf: folder.appending(path: "log"), encoding: .utf8)
        throw Failed(message: "\(command.first ?? "") did not start: \(log ?? "")")
      }
      usleep(20_000)
    }
  }

  deinit {
    try? pipe.fileHandleForWriting.close()
    shell.waitUntilExit()
  }

  /// The server and the processes that it started.
  func pause() {
    PausedProcess.pause(pid)
    for child in children { PausedProcess.pause(child) }
  }

  func resume() {
    for child in children { PausedProcess.resume(child) }
    PausedProcess.resume(pid)
  }

  private var children: [Int32] {
    let list = (try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)) ?? ""
    return list.split(separator: " ").compactMap { Int32($0) }
  }

  var pid: Int32 { shell.processIdentifier }

  /// A new folder with a short name, because the path of a socket has 107 bytes at most.
  static func folder(_ name: String) throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: "\(name)-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    if !withoutRoot.isEmpty { try run(["chown", "postgres", folder.path]) }
    return folder
  }

  /// What the server's own programs print, without the last line end.
  @discardableResult
  static func run(_ command: String...) throws -> String { try run(withoutRoot + command) }

  private static var withoutRoot: [String] {
    getuid() == 0 ? ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups", "--"] : []
  }

  @discardableResult
  private static func run(_ command: [String]) throws -> String {
    let process = Process()
    let (output, errors) = (Pipe(), Pipe())
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.currentDirectoryURL = URL(filePath: "/")
    (process.standardOutput, process.standardError) = (output, errors)
    process.standardInput = FileHandle.nullDevice
    try process.start()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    let problem = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed(message: String(decoding: problem, as: UTF8.self)) }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
  }
}
