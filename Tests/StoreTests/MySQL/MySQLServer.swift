// SPDX-License-Identifier: Apache-2.0
#if MySQL
  import Backends
  import Foundation
  import Stores
  import Support
  import Synchronization

  /// A mariadbd of our own on a free loopback port and on a socket, in a temporary folder.
  ///
  /// It is killed when the test process ends, however that does.
  final class MySQLServer: @unchecked Sendable {
    struct CannotStart: Error {}

    let port: UInt16
    let socket: Text
    private static let tables = Atomic<Int>(1)
    /// The shell becomes the server; what it started before waits for the end of the pipe.
    private static let script = """
      exec 3<&0
      (read end <&3; kill -9 $$; rm -rf "$0") &
      exec "$@" 3<&- </dev/null >"$0/log" 2>&1
      """
    private let arguments: [String]
    private let folder: URL
    private var shell: Process?
    private var pipe: Pipe?

    /// - Parameter arguments: for mariadbd.
    init(_ arguments: [String] = []) throws {
      // Short: the path of a socket has 107 bytes at most.
      folder = FileManager.default.temporaryDirectory.appending(path: "mysql-\(UUID().uuidString.prefix(8))")
      socket = Text(folder.appending(path: "s").path)
      port = try FakeServer.freePort()
      self.arguments = arguments
      try start()
    }

    deinit { stop() }

    /// The one that most tests share, each with a table of its own.
    static let shared = Result { try MySQLServer() }

    /// With an empty database. A server that does not start is a failure of the test.
    func start() throws {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let data = folder.appending(path: "d").path
      if !FileManager.default.fileExists(atPath: data) {
        _ = try run(
          "mariadb-install-db", "--no-defaults", "--datadir=\(data)", "--auth-root-authentication-method=normal",
          "--skip-test-db", "--innodb-log-file-size=4M", "--innodb-buffer-pool-size=8M", "--user=\(NSUserName())")
      }
      // A statement a line.
      try """
      SET PASSWORD FOR root@localhost = PASSWORD('dev');
      SET PASSWORD FOR root@127.0.0.1 = PASSWORD('dev');
      CREATE DATABASE IF NOT EXISTS devops CHARACTER SET utf8mb4;

      """.write(to: folder.appending(path: "init"), atomically: true, encoding: .utf8)
      let shell = Process()
      shell.executableURL = URL(filePath: "/bin/sh")
      shell.arguments =
        ["-c", MySQLServer.script, folder.path, "mariadbd", "--no-defaults", "--user=\(NSUserName())"]
        + ["--datadir=\(data)", "--bind-address=127.0.0.1", "--port=\(port)", "--socket=\(socket.string)"]
        // A server that starts removes the temporary tables that it finds, others' too.
        + [
          "--tmpdir=\(folder.path)", "--pid-file=\(folder.path)/pid", "--init-file=\(folder.path)/init",
          "--skip-name-resolve",
        ]
        + ["--innodb-buffer-pool-size=16M", "--innodb-log-file-size=16M", "--innodb-flush-log-at-trx-commit=0"]
        + ["--skip-log-bin", "--performance-schema=off"] + arguments
      // No other process that is started has the end that this one keeps.
      try Process.alone {
        let pipe = Pipe()
        _ = fcntl(pipe.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        shell.standardInput = pipe
        try shell.run()
        (self.shell, self.pipe) = (shell, pipe)
      }
      let end = Date() + 30
      while shell.isRunning, Date() < end {
        if try sql("SELECT 1") == "1" { return }
        usleep(20_000)
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

    /// For a table of its own.
    func options(table: Text? = nil, local: Bool = false) -> MySQLOptions {
      var options = MySQLOptions(
        local ? .local(socket) : .host(name: "127.0.0.1", port: port), user: "root",
        password: MySQLServer.secret("dev"), database: "devops")
      options.table = table ?? MySQLServer.newTable()
      options.largestRecord = 1 << 20
      return options
    }

    /// A name that nobody had, and that has to be quoted.
    static func newTable() -> Text {
      Text("表名`\(tables.wrappingAdd(1, ordering: .relaxed).oldValue)")
    }

    static func secret(_ text: String) -> Secret {
      Array(text.utf8).withUnsafeBufferPointer { Secret($0) }
    }

    /// What the client prints: rows without their names, tabs between columns. `TABLE` is put in the place of the name.
    @discardableResult
    func sql(_ text: String, table: Text = "t") throws -> String {
      let quoted = "`\(table.string.replacingOccurrences(of: "`", with: "``"))`"
      return try run(
        "mariadb", "--no-defaults", "-uroot", "-pdev", "-S\(socket.string)", "-NB", "--default-character-set=utf8mb4",
        "-e", "\(text.replacingOccurrences(of: "TABLE_NAME", with: quoted))",
        "devops")
    }

    /// How many it was asked for so far, this one too.
    var connections: Int {
      get throws {
        let answer = try sql("SHOW GLOBAL STATUS LIKE 'Connections'")
        return answer.split(separator: "\t").last.flatMap { Int($0) } ?? 0
      }
    }

    /// A transaction that is open until it is ended: what it has locked is.
    func begin(_ text: String, table: Text) throws -> Transaction {
      let name = "held\(UUID().uuidString.prefix(8))"
      let quoted = "`\(table.string.replacingOccurrences(of: "`", with: "``"))`"
      let statement = text.replacingOccurrences(of: "TABLE_NAME", with: quoted)
      let process = Process()
      let (input, output) = (Pipe(), Pipe())
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = [
        "mariadb", "--no-defaults", "-uroot", "-pdev", "-S\(socket.string)", "-NB", "-n",
        "--default-character-set=utf8mb4", "devops",
      ]
      process.standardInput = input
      process.standardOutput = output
      try process.start()
      try input.fileHandleForWriting.write(contentsOf: Data("BEGIN; \(statement); SELECT '\(name)';\n".utf8))
      var seen = ""
      while !seen.contains(name) {
        let data = output.fileHandleForReading.availableData
        if data.isEmpty { throw CannotStart() }
        seen += String(decoding: data, as: UTF8.self)
      }
      return Transaction(process: process, input: input)
    }

    struct Transaction {
      let process: Process
      let input: Pipe

      func end() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
      }
    }

    private func run(_ arguments: String...) throws -> String {
      let process = Process()
      let output = Pipe()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = arguments
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.start()
      let data = try output.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
    }
  }
#endif
