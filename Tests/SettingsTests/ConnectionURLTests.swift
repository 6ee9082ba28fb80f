// SPDX-License-Identifier: Apache-2.0
import Foundation
import Support
import Testing

@testable import Settings

struct ConnectionURLTests {
  private func url(_ text: String) throws -> ConnectionURL {
    var settings = Settings()
    try settings.set("SESSION_REDIS", text: Text(text))
    return try #require(settings.connection(.redis))
  }

  private func password(_ url: ConnectionURL) -> String? {
    url.password?.withBytes { String(decoding: $0, as: UTF8.self) }
  }

  @Test func readsTheURLOfSQLAlchemy() throws {
    let url = try url("mysql+pymysql://root:dev@127.0.0.1:3306/devops?charset=utf8")
    #expect(url.scheme == "mysql")
    #expect(url.driver == "pymysql")
    #expect(url.user == "root")
    #expect(password(url) == "dev")
    #expect(url.hosts == [ConnectionHost(name: "127.0.0.1", port: 3306)])
    #expect(url.path == "/devops")
    #expect(url.database == "devops")
    #expect(url.query.map { $0.name } == ["charset"])
    #expect(url.query.map { $0.value } == ["utf8"])
    #expect(url.text.withBytes { $0.count } == 59)
  }

  @Test func readsTheURLOfRedis() throws {
    let url = try url("Redis://:123123@10.1.210.33:6379/0")
    #expect(url.scheme == "redis")
    #expect(url.driver == nil)
    #expect(url.user == nil)
    #expect(password(url) == "123123")
    #expect(url.hosts == [ConnectionHost(name: "10.1.210.33", port: 6379)])
    #expect(url.database == "0")
    #expect(url.query.isEmpty)
  }

  @Test func readsSeveralHosts() throws {
    let url = try url("mongodb://u@a:27017,[fe80::1%25eth0]:1,b,[::1]/数据库名称?replicaSet=r&x=a+b%2B&y=")
    #expect(url.user == "u")
    #expect(url.password == nil)
    #expect(url.hosts.map { $0.name } == ["a", "fe80::1%eth0", "b", "::1"])
    #expect(url.hosts.map { $0.port } == [27017, 1, nil, nil])
    #expect(url.database == "数据库名称")
    #expect(url.query.map { $0.name } == ["replicaSet", "x", "y"])
    #expect(url.query.map { $0.value } == ["r", "a b+", ""])
    #expect(try self.url("memcached://10.1.210.33:12000").path.isEmpty)
  }

  @Test func readsFilesAndSockets() throws {
    #expect(try url("sqlite:///relative/a@b.db").database == "relative/a@b.db")
    #expect(try url("sqlite:////absolute.db").database == "/absolute.db")
    #expect(try url("sqlite://").path.isEmpty)
    let socket = try url("redis+unix://:pw@/run/redis.sock?db=1")
    #expect(socket.driver == "unix")
    #expect(socket.hosts.isEmpty)
    #expect(socket.path == "/run/redis.sock")
    #expect(password(socket) == "pw")
    #expect(try url("postgresql://%2Frun%2Fpostgresql/db").hosts.map { $0.name } == ["/run/postgresql"])
  }

  @Test func percentSignsStandForBytes() throws {
    let url = try url("redis://%C3%A9%40:%3a%2F%3F%23%25%2B+@h/a%20b")
    #expect(url.user == "é@")
    #expect(password(url) == ":/?#%++")
    #expect(url.database == "a b")
    let empty = try self.url("mysql://root:@h")
    #expect(password(empty) == "")
  }

  @Test(arguments: [
    "", "hunter2", "hunter2:1", "redis:hunter2", "redis:/hunter2", "://hunter2", "1redis://hunter2", "re dis://hunter2",
    "mysql+://hunter2", "mysql+a+b://hunter2", "hunter2@h://x", "redis://u:hunter2@x@h", "redis://u:1/hunter2@h/0",
    "redis://u:1?hunter2@h/0", "redis://u:1#hunter2@h/0", "redis://u:hunter2/@h", "redis://u:x@h/hunter2@i",
    "redis://h:hunter2", "redis://h:0", "redis://h:65536", "redis://h:", "redis://h:+1", "redis://:6379",
    "redis://a,,b",
    "redis://a,", "redis://::1", "redis://[::1", "redis://[hunter2]", "redis://[::1]hunter2", "redis://a:1:hunter2",
    "redis://u:hunter2%@h", "redis://u:hunter2%4@h", "redis://u:hunter2%zz@h", "redis://u:hunter2%00@h",
    "redis://u:hunter2%0a@h", "redis://u:hunter2%ff@h", "redis://h/x?hunter2", "redis://h/x?=hunter2",
    "redis://h/x?a=1&",
    "redis://hunter 2", "redis://h/#hunter2", "redis://h:99999999999999999999",
  ])
  func refusesWhatIsNoURLAndShowsNothingOfIt(_ text: String) {
    let failure = #expect(throws: Failure.self) { try url(text) }
    #expect(failure?.status == .config)
    #expect(failure?.message.hasPrefix("SESSION_REDIS is not a URL that can be used: ") == true)
    #expect(failure?.message.contains("hunter") == false)
    #expect(failure?.message.utf8.count ?? 999 < 248)
  }

  @Test func isBounded() throws {
    #expect(throws: Failure.self) { try url("redis://h/" + String(repeating: "a", count: 8192)) }
    #expect(throws: Never.self) { try url("redis://h/" + String(repeating: "a", count: 8182)) }
    #expect(throws: Failure.self) { try url("redis://h" + String(repeating: ",h", count: 64)) }
    #expect(try url("redis://h" + String(repeating: ",h", count: 63)).hosts.count == 64)
    #expect(throws: Failure.self) { try url("redis://h?a=" + String(repeating: "&a=", count: 64)) }
  }
}
