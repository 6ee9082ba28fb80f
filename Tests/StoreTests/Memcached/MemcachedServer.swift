// SPDX-License-Identifier: Apache-2.0
#if Memcached
  import Backends
  import Foundation
  import Stores
  import Support

  /// A memcached of our own, on a free loopback port or on a socket in a temporary folder.
  ///
  /// It is killed when the test process ends, however that does.
  final class MemcachedServer: @unchecked Sendable {
    struct CannotStart: Error {}

    let address: SocketAddress
    /// The shell becomes the server; what it started before waits for the end of the pipe.
    private static let script = """
      exec 3<&0
      (read end <&3; kill -9 $$; rm -rf "$0") &
      exec "$@" 3<&- </dev/null >/dev/null 2>&1
      """
    private let arguments: [String]
    private let folder: URL
    private var shell: Process?
    private var pipe: Pipe?

    /// - Parameter arguments: for memcached.
    init(local: Bool = false, _ arguments: [String] = []) throws {
      // Short: the path of a socket has 107 bytes at most.
      folder = FileManager.default.temporaryDirectory.appending(path: "memcached-\(UUID().uuidString.prefix(8))")
      let port = try FakeServer.freePort()
      let socket = folder.appending(path: "s").path
      address = local ? .local(Text(socket)) : .host(name: "127.0.0.1", port: port)
      self.arguments = (local ? ["-s", socket] : ["-l", "127.0.0.1", "-p", "\(port)", "-U", "0"]) + arguments
      try start()
    }

    deinit { stop() }

    /// A server that does not start is a failure of the test.
    func start() throws {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let shell = Process()
      shell.executableURL = URL(filePath: "/bin/sh")
      // Root has to say which user it is to be.
      shell.arguments =
        ["-c", MemcachedServer.script, folder.path, "memcached", "-u", NSUserName(), "-t", "1"] + arguments
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
        if (try? tell("version").hasPrefix("VERSION")) == true { return }
        usleep(5_000)
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

    func options(_ dialect: MemcachedOptions.Dialect = .text) -> MemcachedOptions {
      var options = MemcachedOptions([address])
      options.dialect = dialect
      return options
    }

    func store(_ dialect: MemcachedOptions.Dialect = .text) throws -> MemcachedStore {
      try MemcachedStore.open(options(dialect))
    }

    /// What the server answers to a line, without the last line end.
    @discardableResult
    func tell(_ line: String) throws -> String {
      let socket = try Socket.connect(to: address, of: "Memcached", .after(milliseconds: 1_000))
      defer { socket.close() }
      var sent = 0
      try Array((line + "\r\n").utf8).withUnsafeBufferPointer { (bytes) throws(Failure) in
        try socket.send(bytes, sent: &sent, .after(milliseconds: 5_000))
      }
      var answer: [UInt8] = []
      while answer.isEmpty || line.hasPrefix("get") && !answer.suffix(5).elementsEqual("END\r\n".utf8) {
        answer += try [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
          buffer.initialize(repeating: 0)
          count = try socket.receive(into: buffer, .after(milliseconds: 5_000))
        }
      }
      return String(decoding: answer.dropLast(2), as: UTF8.self)
    }
  }
#endif
