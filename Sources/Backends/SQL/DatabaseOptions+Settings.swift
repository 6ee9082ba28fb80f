// SPDX-License-Identifier: Apache-2.0
package import Settings
package import Support

extension DatabaseOptions {
  /// From the server's own settings, or from those of SQLAlchemy where SESSION_TYPE is `sqlalchemy`.
  ///
  /// - Parameters:
  ///   - own: the setting with the server's address, as SESSION_POSTGRESQL.
  ///   - table: its setting for the name of the table.
  ///   - schema: its setting for the schema.
  package init(
    _ settings: Settings, own: SettingName, table: SettingName = .sqlalchemyTable,
    schema: SettingName = .sqlalchemySchema, largestName: Int
  ) throws(Failure) {
    let isSQLAlchemy = settings.text(.sessionType) == "sqlalchemy"
    let setting =
      isSQLAlchemy ? (settings.isSet(.sqlalchemyURI) ? SettingName.sqlalchemyURI : .flaskSQLAlchemyURI) : own
    guard let url = settings.connection(setting) else {
      throw Failure(.config, "\(setting.text) is not set; it is the address of the database")
    }
    try self.init(
      url, of: setting, table: settings.text(isSQLAlchemy ? .sqlalchemyTable : table) ?? "sessions",
      schema: settings.text(isSQLAlchemy ? .sqlalchemySchema : schema), largestName: largestName)
    readPool(settings)
  }

  /// A parameter of the address that says something other than what is known here.
  package func unknown(_ parameter: Text) -> Failure {
    Failure(.config, "\(setting.text) has a parameter that is not known here: \(parameter.string)")
  }
}
