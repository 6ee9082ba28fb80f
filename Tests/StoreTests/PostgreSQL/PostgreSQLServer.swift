// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import Backends
  import Foundation
  import Settings
  import Stores
  import Support
  import Synchronization

  /// A PostgreSQL of our own on a free loopback port and on a socket, in a temporary folder; its user is `jack`, who needs
  /// the password over TCP. Its time zone is not UTC.
  final class PostgreSQLServer: @unchecked Sendable {
    static let password = "h unter'2\\%@"
    private static let tables = Atomic<Int>(1)

    let port: UInt16
    let folder: URL
    private let arguments: [String]
    private var process: ServerProcess?

    /// - Parameter arguments: for postgres, each `name=value`.
    init(_ arguments: [String] = []) throws {
      folder = try ServerProcess.folder("pg")
      port = try FakeServer.freePort()
      self.arguments = arguments
      try Data(PostgreSQLServer.password.utf8).write(to: folder.appending(path: "pw"))
      try ServerProcess.run(
        "\(PostgreSQLServer.programs)/initdb", "-D", folder.path + "/data", "-U", "jack", "-E", "UTF8", "-N",
        "--locale",
        "C.UTF-8", "--auth-local", "trust", "--auth-host", "scram-sha-256", "--pwfile", folder.path + "/pw")
      try start()
    }

    deinit {
      stop()
      try? FileManager.default.removeItem(at: folder)
    }

    /// The one that the contract suite shares.
    static let shared = Result { try PostgreSQLServer() }

    /// Debian keeps the servers off the path, by version.
    private static var programs: String {
      let all = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
      return "/usr/lib/postgresql/\(all.max() ?? "none")/bin"
    }

    /// A server that does not start is a failure of the test.
    func start() throws {
      let settings =
        [
          "listen_addresses=127.0.0.1", "port=\(port)", "unix_socket_directories=\(folder.path)", "fsync=off",
          "max_connections=600", "shared_buffers=32MB", "timezone=Asia/Shanghai", "autovacuum=off",
        ] + arguments
      process = try ServerProcess(
        folder,
        ["\(PostgreSQLServer.programs)/postgres", "-D", folder.path + "/data"] + settings.flatMap { ["-c", $0] },
        end: "QUIT"
      ) {
        (try? self.sql("SELECT 1")) == "1"
      }
    }

    func stop() { process = nil }

    /// It accepts connections and answers nothing. Each backend is a process of its own.
    func pause() { process?.pause() }

    func resume() { process?.resume() }

    /// What psql prints: fields between `|`, without the last line end.
    @discardableResult
    func sql(_ text: String, as user: String = "jack", in database: String = "postgres") throws -> String {
      try ServerProcess.run(
        "psql", "-h", folder.path, "-p", "\(port)", "-U", user, "-d", database, "-AtqX", "-v", "ON_ERROR_STOP=1", "-c",
        text)
    }

    /// The name of a table that is not there.
    static func freeTable() -> String { "sessions\(tables.add(1, ordering: .relaxed).newValue)" }

    /// - Parameter host: what stands between `@` and the database; nil is the socket.
    func options(
      table: String, schema: String? = nil, host: String? = nil, user: String = "jack", database: String = "postgres",
      query: String = ""
    ) throws -> PostgreSQLOptions {
      let password = PostgreSQLServer.password.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
      let socket = host == nil ? "?host=\(folder.path)&port=\(port)" : ""
      let mark = host == nil || query.isEmpty ? "&" : "?"
      return try PostgreSQLServer.options(
        "postgresql://\(user):\(password)@\(host ?? "")/\(database)\(socket)\(query.isEmpty ? "" : mark + query)",
        table: table, schema: schema)
    }

    var tcp: String { "127.0.0.1:\(port)" }

    static func options(_ url: String, table: String = "sessions", schema: String? = nil) throws -> PostgreSQLOptions {
      let url = try Array(url.utf8).withUnsafeBufferPointer { try ConnectionURL($0, of: .postgresql) }
      var common = try DatabaseOptions(
        url, of: .postgresql, table: Text(table), schema: schema.map { Text($0) },
        largestName: PostgreSQLOptions.largestName)
      common.largestRecord = 1 << 20
      return try PostgreSQLOptions(common)
    }
  }
#endif
