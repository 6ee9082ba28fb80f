// SPDX-License-Identifier: Apache-2.0
#if SQLite
  package import Settings
  package import Support

  extension SQLiteOptions {
    /// From SESSION_SQLITE, or from the `sqlite:` address of SESSION_TYPE `sqlalchemy`.
    package init(_ settings: Settings) throws(Failure) {
      try self.init(
        path: SQLiteOptions.path(settings), table: settings.text(.sqlalchemyTable) ?? "sessions",
        poolSize: Int(settings.number(.poolSize) ?? 8))
      if settings.isSet(.sqlalchemySchema) {
        throw Failure(.config, "\(SettingName.sqlalchemySchema.text) is set, but a SQLite database has no schemas")
      }
    }

    private static func path(_ settings: Settings) throws(Failure) -> Text {
      guard settings.text(.sessionType) == "sqlalchemy" else {
        if let path = settings.text(.sqlite) { return path }
        throw Failure(.config, "\(SettingName.sqlite.text) is not set; it names the file of the SQLite database")
      }
      let name = settings.isSet(.sqlalchemyURI) ? SettingName.sqlalchemyURI : .flaskSQLAlchemyURI
      guard let url = settings.connection(name) else {
        throw Failure(.config, "\(SettingName.sqlalchemyURI.text) is not set; it is the address of the database")
      }
      guard url.hosts.isEmpty else {
        throw Failure(
          .config, "\(name.text) names a host; a SQLite file is sqlite:///relative or sqlite:////absolute")
      }
      if let driver = url.driver, driver != "pysqlite", driver != "aiosqlite" {
        throw Failure(.unsupported, "\(name.text) names the driver \(driver.string), whose files are not SQLite's own")
      }
      // They are about Python's module; SESSION_TIMEOUT is ours.
      for (parameter, _) in url.query where parameter != "check_same_thread" && parameter != "timeout" {
        throw Failure(.config, "\(name.text) has a parameter that is not known here: \(parameter.string)")
      }
      return url.database
    }
  }
#endif
