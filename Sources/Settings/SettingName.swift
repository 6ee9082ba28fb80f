// SPDX-License-Identifier: Apache-2.0
package import Support

/// The settings: Flask's, Flask-Session's and ours. A new one is a case and its line in the table below.
package enum SettingName: Int, CaseIterable, Sendable {
  case secretKey, secretKeyFallbacks, secretKeyFile, secretKeyFallbacksFiles
  case keysFile, keysCredential, revokedBefore, application
  case cookieName, cookieDomain, cookiePath, cookieHTTPOnly, cookieSecure, cookieSameSite, cookiePartitioned
  case maximumCookieSize, cookieChunks, applicationRoot, formTokenKey
  case sessionType, autoStore, autoSize, permanent, lifetime, refreshEachRequest
  case useSigner, keyPrefix, idLength, serializationFormat
  case migrateFrom, migrateUntil
  case cookieFormatFallback, cookieFormatFallbackUntil, sealedPadding, sealedCompression
  case recordFormat, cookieFormat, failure, cacheControl
  case idleTimeout, absoluteTimeout, renewAfter, renewGrace, touchInterval, cleanupRequests
  case unconfirmedLifetime, userLimit, userLimitPolicy, revocation
  case connectTimeout, timeout, poolSize, poolIdle
  case redis, memcached, sqlite, postgresql, mysql
  case postgresqlTable, postgresqlSchema
  case sqlalchemyURI, flaskSQLAlchemyURI, sqlalchemyTable, sqlalchemySchema, sqlalchemySequence
  case mongodb, mongodbDatabase, mongodbCollection
  case fileDirectory, fileThreshold, fileMode
  case trackModifications
  case sqlalchemyObject, sqlalchemyBindKey, cachelibObject, dynamodb, dynamodbTable

  /// The name as it is written in a configuration.
  package var text: StaticString { definition.text }

  /// What its value has to be.
  package var kind: SettingKind { definition.kind }

  private var definition: (text: StaticString, kind: SettingKind) {
    switch self {
    case .secretKey: ("SECRET_KEY", .secret)
    case .secretKeyFallbacks: ("SECRET_KEY_FALLBACKS", .secrets)
    case .secretKeyFile: ("SECRET_KEY_FILE", .secretFile)
    case .secretKeyFallbacksFiles: ("SECRET_KEY_FALLBACKS_FILES", .secretFiles)

    case .keysFile: ("SESSION_KEYS_FILE", .secretFile)
    case .keysCredential: ("SESSION_KEYS_CREDENTIAL", .credential)
    case .revokedBefore: ("SESSION_REVOKED_BEFORE", .time)
    case .application: ("SESSION_APPLICATION", .text)
    case .formTokenKey: ("WTF_CSRF_SECRET_KEY", .secret)

    case .cookieName: ("SESSION_COOKIE_NAME", .text)
    case .cookieDomain: ("SESSION_COOKIE_DOMAIN", .text)
    case .cookiePath: ("SESSION_COOKIE_PATH", .text)
    case .cookieHTTPOnly: ("SESSION_COOKIE_HTTPONLY", .flag)
    case .cookieSecure: ("SESSION_COOKIE_SECURE", .flag)
    case .cookieSameSite: ("SESSION_COOKIE_SAMESITE", .choice(["Strict", "Lax", "None"]))
    case .cookiePartitioned: ("SESSION_COOKIE_PARTITIONED", .flag)
    case .maximumCookieSize: ("MAX_COOKIE_SIZE", .number(0...1_000_000_000))
    case .cookieChunks: ("SESSION_COOKIE_CHUNKS", .number(1...9))
    case .applicationRoot: ("APPLICATION_ROOT", .text)

    case .sessionType: ("SESSION_TYPE", .choice(SettingName.sessionTypes))
    case .autoStore: ("SESSION_AUTO_STORE", .choice(SettingName.stores))
    case .autoSize: ("SESSION_AUTO_SIZE", .number(64...36_864))
    case .permanent: ("SESSION_PERMANENT", .flag)
    case .lifetime: ("PERMANENT_SESSION_LIFETIME", .seconds(1...SettingName.century))
    case .refreshEachRequest: ("SESSION_REFRESH_EACH_REQUEST", .flag)
    case .useSigner: ("SESSION_USE_SIGNER", .flag)
    case .keyPrefix: ("SESSION_KEY_PREFIX", .text)
    case .idLength: ("SESSION_ID_LENGTH", .number(16...128))
    case .serializationFormat:
      ("SESSION_SERIALIZATION_FORMAT", .choice(["msgpack", "json", "pickle0", "pickle4", "pickle5"]))
    case .migrateFrom: ("SESSION_MIGRATE_FROM", .choice(SettingName.formerTypes))
    case .migrateUntil: ("SESSION_MIGRATE_UNTIL", .time)
    case .recordFormat: ("SESSION_RECORD_FORMAT", .choice(["flask-session", "sealed"]))
    case .cookieFormat: ("SESSION_COOKIE_FORMAT", .choice(["signed", "sealed"]))
    case .cookieFormatFallback: ("SESSION_COOKIE_FORMAT_FALLBACK", .choice(["signed", "sealed"]))
    case .cookieFormatFallbackUntil: ("SESSION_COOKIE_FORMAT_FALLBACK_UNTIL", .time)
    case .sealedPadding: ("SESSION_SEALED_PADDING", .number(0...4096))
    case .sealedCompression: ("SESSION_SEALED_COMPRESSION", .flag)
    case .failure: ("SESSION_FAILURE", .choice(["raise"]))
    case .cacheControl: ("SESSION_CACHE_CONTROL", .header)

    case .idleTimeout: ("SESSION_IDLE_TIMEOUT", .seconds(1...SettingName.century))
    case .absoluteTimeout: ("SESSION_ABSOLUTE_TIMEOUT", .seconds(1...SettingName.century))
    case .renewAfter: ("SESSION_RENEW_AFTER", .seconds(1...SettingName.century))
    case .renewGrace: ("SESSION_RENEW_GRACE", .seconds(0...86_400))
    case .touchInterval: ("SESSION_TOUCH_INTERVAL", .seconds(0...SettingName.century))
    case .unconfirmedLifetime: ("SESSION_UNCONFIRMED_LIFETIME", .seconds(1...SettingName.century))
    case .userLimit: ("SESSION_USER_LIMIT", .number(1...256))
    case .userLimitPolicy: ("SESSION_USER_LIMIT_POLICY", .choice(["end-oldest", "refuse"]))
    case .revocation: ("SESSION_REVOCATION", .choice(SettingName.stores))
    case .cleanupRequests: ("SESSION_CLEANUP_N_REQUESTS", .number(0...1_000_000_000))
    case .connectTimeout: ("SESSION_CONNECT_TIMEOUT", .milliseconds(1...3_600_000))
    case .timeout: ("SESSION_TIMEOUT", .milliseconds(1...3_600_000))
    case .poolSize: ("SESSION_POOL_SIZE", .number(1...1024))
    case .poolIdle: ("SESSION_POOL_IDLE", .milliseconds(0...86_400_000))

    case .redis: ("SESSION_REDIS", .connection)
    case .memcached: ("SESSION_MEMCACHED", .servers)
    case .sqlite: ("SESSION_SQLITE", .path)
    case .postgresql: ("SESSION_POSTGRESQL", .connection)
    case .postgresqlTable: ("SESSION_POSTGRESQL_TABLE", .text)
    case .postgresqlSchema: ("SESSION_POSTGRESQL_SCHEMA", .text)
    case .mysql: ("SESSION_MYSQL", .connection)
    case .sqlalchemyURI: ("SESSION_SQLALCHEMY_DATABASE_URI", .connection)
    case .flaskSQLAlchemyURI: ("SQLALCHEMY_DATABASE_URI", .connection)
    case .sqlalchemyTable: ("SESSION_SQLALCHEMY_TABLE", .text)
    case .sqlalchemySchema: ("SESSION_SQLALCHEMY_SCHEMA", .text)
    case .sqlalchemySequence: ("SESSION_SQLALCHEMY_SEQUENCE", .text)
    case .mongodb: ("SESSION_MONGODB", .connection)
    case .mongodbDatabase: ("SESSION_MONGODB_DB", .text)
    case .mongodbCollection: ("SESSION_MONGODB_COLLECT", .text)
    case .fileDirectory: ("SESSION_FILE_DIR", .path)
    case .fileThreshold: ("SESSION_FILE_THRESHOLD", .number(0...1_000_000_000))
    case .fileMode: ("SESSION_FILE_MODE", .mode)

    case .trackModifications: ("SQLALCHEMY_TRACK_MODIFICATIONS", .ignored)
    case .sqlalchemyObject:
      ("SESSION_SQLALCHEMY", .refused(.config, "give the URL of the database as SESSION_SQLALCHEMY_DATABASE_URI"))
    case .sqlalchemyBindKey:
      ("SESSION_SQLALCHEMY_BIND_KEY", .refused(.config, "give that bind's URL as SESSION_SQLALCHEMY_DATABASE_URI"))
    case .cachelibObject:
      ("SESSION_CACHELIB", .refused(.config, "give the folder of its FileSystemCache as SESSION_FILE_DIR"))
    case .dynamodb: ("SESSION_DYNAMODB", .refused(.unsupported, "use another SESSION_TYPE"))
    case .dynamodbTable: ("SESSION_DYNAMODB_TABLE", .refused(.unsupported, "use another SESSION_TYPE"))
    }
  }

  private static var sessionTypes: [SettingWord] {
    [
      "cookie", "auto", "filesystem", "memory", "memcached", "mongodb", "mysql", "postgresql", "redis", "sqlite",
      "sqlalchemy",
      .alias("cachelib", of: "filesystem"),
      .refused("null", .config, "name the store, or cookie for sessions that live in their cookie"),
      .refused("dynamodb", .unsupported, "use another store"),
    ]
  }

  /// The types but the first two.
  private static var stores: [SettingWord] {
    [.refused("cookie", .config, "name a store"), .refused("auto", .config, "name a store")]
      + sessionTypes.dropFirst(2)
  }

  private static var formerTypes: [SettingWord] {
    ["cookie", .refused("auto", .config, "name its store, or cookie")] + sessionTypes.dropFirst(2)
  }

  /// A bit more than a hundred years, in seconds: a lifetime that no clock of today overflows with.
  private static var century: Int64 { 3_200_000_000 }
}

extension SettingName {
  /// The setting of this name, which is compared byte for byte.
  package init?(_ text: Text) {
    for name in SettingName.allCases where Text(stringLiteral: name.text) == text {
      self = name
      return
    }
    return nil
  }
}
