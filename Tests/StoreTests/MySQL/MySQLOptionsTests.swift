// SPDX-License-Identifier: Apache-2.0
#if MySQL
  import Backends
  import Settings
  import Stores
  import Support
  import Testing

  @Suite struct MySQLOptionsTests {
    private func options(_ url: String, _ more: [(Text, Text)] = []) throws -> MySQLOptions {
      var settings = Settings()
      for (name, value) in [("SESSION_TYPE", "mysql"), ("SESSION_MYSQL", Text(url))] + more {
        try settings.set(name, text: value)
      }
      return try MySQLOptions(settings)
    }

    private func status(_ url: String) throws -> Status? {
      do {
        _ = try options(url)
        return nil
      } catch let failure as Failure {
        #expect(!failure.message.contains("hunter2"))
        return failure.status
      }
    }

    @Test func theAddressOfTheNotes() throws {
      var settings = Settings()
      try settings.set("SESSION_TYPE", text: "sqlalchemy")
      try settings.set("SQLALCHEMY_DATABASE_URI", text: "mysql+pymysql://root:dev@127.0.0.1:3306/devops?charset=utf8")
      try settings.set("SESSION_SQLALCHEMY_TABLE", text: "表名")
      try settings.set("SESSION_SQLALCHEMY_SCHEMA", text: "s")
      let options = try MySQLOptions(settings)
      #expect(options.address.text == "127.0.0.1:3306")
      #expect(options.user == "root" && options.database == "devops" && options.tls == nil)
      #expect(options.password?.withBytes { Array($0) } == [UInt8]("dev"))
      #expect(options.table == "表名" && options.schema == "s")
      #expect(try Backend.store(settings) is MySQLStore)
      try settings.set("SQLALCHEMY_DATABASE_URI", text: "mariadb+mariadbconnector://root@h/d")
      #expect(try Backend.store(settings) is MySQLStore)
    }

    @Test func partsOfAnAddress() throws {
      let all = try options(
        "mysql://u%40:p%3A%2F%3F@[::1]:7/d%20b",
        [("SESSION_POOL_SIZE", "3"), ("SESSION_CONNECT_TIMEOUT", "0.5"), ("SESSION_TOUCH_INTERVAL", "60")])
      #expect(all.address.text == "[::1]:7" && all.user == "u@" && all.database == "d b")
      #expect(all.password?.withBytes { Array($0) } == [UInt8]("p:/?"))
      #expect(all.poolSize == 3 && all.connectTimeout == 500)
      let few = try options("mariadb+pymysql://u@h/d?unix_socket=/run/a.sock&use_unicode=1")
      #expect(few.address.text == "/run/a.sock" && few.password == nil && few.table == "sessions")
      #expect(try options("mysql://u@h/d").address.text == "h:3306")
    }

    @Test func tls() throws {
      let checked = try #require(try options("mysql://u@h/d?ssl_ca=/ca.pem&ssl_cert=/c.pem&ssl_key=/k.pem").tls)
      #expect(checked.verifies && checked.authority == "/ca.pem")
      #expect(checked.certificate == "/c.pem" && checked.key == "/k.pem")
      #expect(try options("mysql://u@h/d?ssl_ca=/ca.pem&ssl_verify_cert=false").tls?.verifies == false)
      #expect(try options("mysql://u@h/d?ssl=true").tls?.verifies == false)
      #expect(try options("mysql://u@h/d?ssl_mode=REQUIRED").tls?.verifies == false)
      #expect(try options("mysql://u@h/d?ssl_mode=verify_identity").tls?.verifies == true)
      #expect(try options("mysql://u@h/d?ssl_verify_identity=1").tls?.verifies == true)
      for none in ["ssl=false", "ssl_disabled=true", "ssl_mode=DISABLED"] {
        #expect(try options("mysql://u@h/d?\(none)").tls == nil)
      }
      for wrong in ["ssl_ca=/ca.pem&ssl_check_hostname=false", "ssl_mode=VERIFY_CA"] {
        #expect(try status("mysql://u@h/d?\(wrong)") == .unsupported)
      }
    }

    @Test(arguments: [
      "mysql://h/d", "mysql://u:hunter2@h", "mysql://u:hunter2@h/", "mysql://u:hunter2@/d", "mysql:///d",
      "postgresql://u:hunter2@h/d",
      "mysql://u:hunter2@h/d?charset=latin1", "mysql://u:hunter2@h/d?what=1", "mysql://u:hunter2@h/d?local_infile=1",
      "mysql://u:hunter2@h/d?read_default_file=/a", "mysql://u@h/d?ssl_mode=PREFERRED", "mysql://u@h/d?ssl=perhaps",
      "mysql://u@h/d?unix_socket=",
    ])
    func whatIsNoAddress(_ url: String) throws {
      #expect(try status(url) == .config)
    }

    @Test func severalHosts() throws {
      #expect(try status("mysql://u:hunter2@a,b/d") == .unsupported)
    }
  }
#endif
