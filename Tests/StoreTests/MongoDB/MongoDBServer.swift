// SPDX-License-Identifier: Apache-2.0
#if MongoDB
  import Foundation
  import Stores
  import Support
  import Testing

  @testable import Backends
  @testable import Settings

  /// A mongod of our own on a free loopback port, in a temporary folder, with its journal.
  ///
  /// It is killed when the test process ends, however that does.
  final class MongoDBServer: @unchecked Sendable {
    struct CannotStart: Error {}

    /// Named in the environment where there is no mongod to be had; a test that needs it fails otherwise.
    static let isWanted = ProcessInfo.processInfo.environment["SKIP_MONGODB_TESTS"] != "1"

    /// The one that the contract suite shares.
    static let shared = Result { try MongoDBServer() }

    private(set) var port: UInt16
    /// The shell becomes the server; what it started before waits for the end of the pipe.
    private static let script = """
      exec 3<&0
      (read end <&3; kill -9 $$; rm -rf "$0") &
      exec "$@" 3<&- </dev/null >/dev/null
      """
    private static let program =
      URL(filePath: #filePath).appending(path: "../../../../.build/mongod/fiftyone/db/bin/mongod").standardized.path
    private let arguments: [String]
    /// Another one at each start: the last one may be in the middle of being removed.
    private var folder = URL(filePath: "/")
    private var shell: Process?
    private var pipe: Pipe?

    /// - Parameters:
    ///   - arguments: for mongod.
    ///   - removes: what has ended. The contract's time is long ago for the server, which would remove it all.
    init(_ arguments: [String] = [], removes: Bool = false) throws {
      port = try FakeServer.freePort()
      self.arguments =
        arguments
        + ["--setParameter", "ttlMonitorEnabled=\(removes)", "--setParameter", "ttlMonitorSleepSecs=1"]
      do {
        try start()
      } catch {
        // Somebody else took the port meanwhile.
        stop()
        port = try FakeServer.freePort()
        try start()
      }
    }

    deinit { stop() }

    /// A server that does not start is a failure of the test.
    func start() throws {
      folder = FileManager.default.temporaryDirectory.appending(path: "mongodb-\(UUID().uuidString.prefix(8))")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let shell = Process()
      shell.executableURL = URL(filePath: "/bin/sh")
      let parameters = ["enableTestCommands=1", "diagnosticDataCollectionEnabled=false"]
      var words = ["-c", MongoDBServer.script, folder.path, MongoDBServer.program, "--dbpath", folder.path]
      words += ["--port", "\(port)", "--bind_ip", "127.0.0.1", "--unixSocketPrefix", folder.path, "--quiet"]
      words += ["--wiredTigerCacheSizeGB", "0.25", "--enableFreeMonitoring", "off"]
      words += ["--logpath", log.path]
      for parameter in parameters { words += ["--setParameter", parameter] }
      shell.arguments = words + arguments
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
        // What answers on the port may be another one.
        if let log = try? String(contentsOf: log, encoding: .utf8), log.contains("Waiting for connections") { return }
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

    /// A store on a collection of its own.
    func store(_ collection: Text = Text("c\(UUID().uuidString)"), local: Bool = false) -> MongoDBStore {
      MongoDBStore(options(collection, local: local))
    }

    func options(_ collection: Text = "sessions", local: Bool = false) -> MongoDBOptions {
      let socket = folder.appending(path: "mongodb-\(port).sock").path
      var options = MongoDBOptions([
        local ? ConnectionHost(name: Text(socket), port: nil) : ConnectionHost(name: "127.0.0.1", port: port)
      ])
      options.collection = collection
      return options
    }

    private var log: URL { folder.appending(path: "log") }

    /// Runs a command of the tests' own.
    @discardableResult
    func run(_ command: BSON, on database: Text = "admin", _ change: (inout MongoDBOptions) -> Void = { _ in })
      throws -> MongoDBReply
    {
      var options = options()
      options.database = database
      change(&options)
      let connection = try MongoDBConnection.connect(options, .after(milliseconds: 10_000))
      defer { connection.close() }
      return try connection.run(command, .after(milliseconds: 10_000))
    }

    /// From now on so many of the commands fail.
    func failing(_ commands: [BSON.Value], times: Int32, _ how: (StaticString, BSON.Value)...) throws {
      var data = BSON(("failCommands", .array(commands)))
      for (name, value) in how { data.add(name, value) }
      try run(
        BSON(
          ("configureFailPoint", .word("failCommand")), ("mode", .document(BSON(("times", .number(times))))),
          ("data", .document(data))))
    }

    /// The documents of a collection, by the field `id`.
    func documents(_ collection: Text, id: Text) throws -> [BSONFields] {
      try run(BSON(("find", .text(collection)), ("filter", .document(BSON(("id", .text(id)))))), on: "flask_session")
        .documents()
    }

    func insert(_ document: BSON, into collection: Text) throws {
      try run(
        BSON(("insert", .text(collection)), ("documents", .array([.document(document)]))), on: "flask_session")
    }
  }
#endif
