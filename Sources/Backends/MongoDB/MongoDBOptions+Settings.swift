// SPDX-License-Identifier: Apache-2.0
#if MongoDB
  package import Settings
  package import Support

  extension MongoDBOptions {
    /// From SESSION_MONGODB, `mongodb://user:password@host:port,host:port/database?replicaSet=name`, SESSION_MONGODB_DB and
    /// SESSION_MONGODB_COLLECT.
    package init(_ settings: Settings) throws(Failure) {
      guard let url = settings.connection(.mongodb) else {
        throw Failure(
          .config,
          "\(MongoDBOptions.name) is not set; it is the address of the server, for example mongodb://localhost:27017/")
      }
      try MongoDBOptions.check(url)
      self.init(url.hosts)
      for (name, value) in url.query {
        if let parameter = try MongoDBParameter.checked(name, value) { parameters.append(parameter) }
      }
      (user, password) = (url.user, url.password)
      guard (user == nil) == (password == nil) else {
        throw Failure(.config, "\(MongoDBOptions.name) names a user and no password, or a password and no user")
      }
      loginDatabase = url.database
      if let name = settings.text(.mongodbDatabase) { database = name }
      if let name = settings.text(.mongodbCollection) { collection = name }
      try checkNames()
      readPool(settings)
    }

    private static var name: StaticString { SettingName.mongodb.text }

    private static func check(_ url: ConnectionURL) throws(Failure) {
      guard url.scheme == "mongodb" else {
        throw Failure(.unsupported, "\(name) has a scheme other than mongodb://")
      }
      guard url.driver == nil else {
        throw Failure(
          .unsupported,
          "\(name) is mongodb+srv://, whose look-up in the DNS has no bound in time: name the hosts that it stands for, "
            + "mongodb://host1,host2,host3/?replicaSet=name&tls=true&authSource=admin")
      }
      guard !url.hosts.isEmpty else {
        throw Failure(.config, "\(name) names no host, and none is presumed; mongodb://host:27017/ is expected")
      }
      // libmongoc, and pymongo too, would look for a host of that name.
      for host in url.hosts where host.name.bytes.first == UInt8(ascii: "/") {
        guard host.name.bytes.suffix(5).elementsEqual(Text(".sock").bytes) else {
          throw Failure(.config, "\(name) names a socket whose path does not end in .sock")
        }
      }
    }

    /// What a server does not take as the name of a database or a collection.
    private func checkNames() throws(Failure) {
      let isWrong: (UInt8) -> Bool = { byte in
        switch byte {
        case UInt8(ascii: "/"), UInt8(ascii: "\\"), UInt8(ascii: "."), UInt8(ascii: " "), UInt8(ascii: "\""),
          UInt8(ascii: "$"), 0:
          true
        default: false
        }
      }
      guard 1...63 ~= database.count, !database.bytes.contains(where: isWrong) else {
        throw Failure(
          .config,
          "\(SettingName.mongodbDatabase.text) is no name of a database: 1 to 63 bytes without / \\ . \" $ and space"
        )
      }
      guard 1...190 ~= collection.count, !collection.bytes.contains(where: { $0 == UInt8(ascii: "$") || $0 == 0 }),
        collection.bytes.first != UInt8(ascii: "."), !collection.bytes.starts(with: Text("system.").bytes)
      else {
        throw Failure(
          .config,
          "\(SettingName.mongodbCollection.text) is no name of a collection: 1 to 190 bytes without $, not beginning with . or "
            + "system.")
      }
    }
  }
#endif
