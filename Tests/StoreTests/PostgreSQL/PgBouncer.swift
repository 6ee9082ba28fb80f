// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import Foundation

  /// A PgBouncer in transaction mode between us and a server, with fewer connections than we have.
  final class PgBouncer: @unchecked Sendable {
    let port: UInt16
    private let folder: URL
    private var process: ServerProcess?

    init(_ server: PostgreSQLServer) throws {
      folder = try ServerProcess.folder("pb")
      port = try FakeServer.freePort()
      let settings = """
        [databases]
        * = host=\(server.folder.path) port=\(server.port)
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = \(port)
        unix_socket_dir =
        auth_type = plain
        auth_file = \(folder.path)/users
        pool_mode = transaction
        default_pool_size = 6
        max_client_conn = 1000
        """
      let password = PostgreSQLServer.password.replacingOccurrences(of: "\"", with: "\"\"")
      try Data(settings.utf8).write(to: folder.appending(path: "ini"))
      try Data("\"jack\" \"\(password)\"\n".utf8).write(to: folder.appending(path: "users"))
      process = try ServerProcess(folder, ["pgbouncer", folder.path + "/ini"], end: "KILL") { [port] in
        (try? FakeServer.isListening(port)) == true
      }
    }

    deinit {
      process = nil
      try? FileManager.default.removeItem(at: folder)
    }

    static let shared = Result { try PgBouncer(PostgreSQLServer.shared.get()) }
  }
#endif
