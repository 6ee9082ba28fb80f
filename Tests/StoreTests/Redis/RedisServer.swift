// SPDX-License-Identifier: Apache-2.0
#if Redis
  import Backends
  import Foundation
  import Stores
  import Support

  /// A redis-server of our own on a free loopback port and on a socket, in a temporary folder.
  ///
  /// It is killed when the test process ends, however that does.
  final class RedisServer: @unchecked Sendable {
    struct CannotStart: Error {}

    let port: UInt16
    let socket: Text
    /// The shell becomes the server; what it started before waits for the end of the pipe.
    private static let script = """
      exec 3<&0
      (read end <&3; kill -9 $$; rm -rf "$0") &
      exec "$@" 3<&- </dev/null >/dev/null
      """
    private let password: String?
    private let arguments: [String]
    private let folder: URL
    private var shell: Process?
    private var pipe: Pipe?

    /// - Parameter arguments: for redis-server.
    init(password: String? = nil, _ arguments: [String] = []) throws {
      // Short: the path of a socket has 107 bytes at most.
      folder = FileManager.default.temporaryDirectory.appending(path: "redis-\(UUID().uuidString.prefix(8))")
      socket = Text(folder.appending(path: "s").path)
      port = try FakeServer.freePort()
      self.password = password
      self.arguments = arguments + (password.map { ["--requirepass", $0] } ?? [])
      try start()
    }

    deinit { stop() }

    /// The one that the contract suite shares.
    static let shared = Result { try RedisServer(["--databases", "4000"]) }

    /// A server that does not start is a failure of the test.
    func start() throws {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let shell = Process()
      shell.executableURL = URL(filePath: "/bin/sh")
      shell.arguments =
        ["-c", RedisServer.script, folder.path, "redis-server", "--bind", "127.0.0.1", "--port", "\(port)"]
        + ["--unixsocket", socket.string, "--save", "", "--dir", folder.path] + arguments
      // No other process that is started has the end that this one keeps.
      try Process.alone {
        let pipe = Pipe()
        _ = fcntl(pipe.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        shell.standardInput = pipe
        try shell.run()
        (self.shell, self.pipe) = (shell, pipe)
      }
      let end = Date() + 20
      while shell.isRunning, Date() < end {
        if try cli("PING") == "PONG" { return }
        usleep(10_000)
      }
      throw CannotStart()
    }

    func stop() {
      try? pipe?.fileHandleForWriting.close()
      shell?.waitUntilExit()
      (shell, pipe) = (nil, nil)
    }

    private var processID: Int32 { shell?.processIdentifier ?? 0 }

    /// It accepts connections and answers nothing.
    func pause() { PausedProcess.pause(processID) }

    func resume() { PausedProcess.resume(processID) }

    func options(database: Int64 = 0, local: Bool = false) -> RedisOptions {
      var options = RedisOptions(local ? .local(socket) : .host(name: "127.0.0.1", port: port))
      options.password = password.map { Array($0.utf8).withUnsafeBufferPointer { Secret($0) } }
      options.database = database
      options.largestRecord = 1 << 20
      return options
    }

    /// What redis-cli prints, without the last line end.
    @discardableResult
    func cli(_ arguments: String...) throws -> String {
      let process = Process()
      let output = Pipe()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments =
        ["redis-cli", "-s", socket.string, "--no-auth-warning"] + (password.map { ["-a", $0] } ?? []) + arguments
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.start()
      let data = try output.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
    }
  }
#endif
