// SPDX-License-Identifier: Apache-2.0
#if MySQL
  internal import Settings
  internal import Support

  /// The parameters of an address, by the names that SQLAlchemy's drivers for MySQL give them.
  struct MySQLParameters {
    private(set) var socket: Text?
    private var tls = MySQLTLS()
    /// Nil where no parameter says it.
    private var usesTLS: Bool?
    private var verifies: Bool?
    private var checksHost: Bool?

    mutating func read(_ name: Text, _ value: Text, _ options: DatabaseOptions) throws(Failure) {
      let setting = options.setting.text
      switch name {
      case "unix_socket": socket = value
      case "charset":
        guard value == "utf8" || value == "utf8mb3" || value == "utf8mb4" else {
          throw Failure(.config, "\(setting) has a charset other than utf8mb4; ids are UTF-8 and records are bytes")
        }
      // They are about Python's modules; SESSION_CONNECT_TIMEOUT and SESSION_TIMEOUT are ours.
      case "use_unicode", "binary_prefix", "connect_timeout", "read_timeout", "write_timeout": break
      case "ssl_ca": tls.authority = value
      case "ssl_capath": tls.authorities = value
      case "ssl_cert": tls.certificate = value
      case "ssl_key": tls.key = value
      case "ssl_cipher": tls.cipher = value
      case "ssl": usesTLS = try flag(name, value, setting)
      case "ssl_disabled": usesTLS = try !flag(name, value, setting)
      case "ssl_verify_cert": verifies = try flag(name, value, setting)
      case "ssl_verify_identity", "ssl_check_hostname": checksHost = try flag(name, value, setting)
      case "ssl_mode": try read(mode: value, setting)
      default: throw options.unknown(name)
      }
    }

    /// Nil where nothing asks for TLS. A server that shows an authority's certificate is checked unless told otherwise.
    func tls(_ setting: StaticString) throws(Failure) -> MySQLTLS? {
      var tls = tls
      let hasAuthority = tls.authority != nil || tls.authorities != nil
      tls.verifies = verifies ?? (checksHost == true || hasAuthority)
      let isMeant = tls != MySQLTLS() || verifies != nil || checksHost != nil
      guard usesTLS ?? isMeant else { return nil }
      guard !tls.verifies || checksHost != false, tls.verifies || checksHost != true else {
        throw Failure(
          .unsupported,
          "\(setting) asks for a certificate that is good and of any host, or the other way round; libmariadb checks both "
            + "or, with ssl_verify_cert=false, neither")
      }
      return tls
    }

    /// As mysqlclient has it.
    private mutating func read(mode: Text, _ setting: StaticString) throws(Failure) {
      switch Text(mode.bytes.map { 0x61...0x7A ~= $0 ? $0 - 0x20 : $0 }) {
      case "DISABLED": usesTLS = false
      case "REQUIRED": usesTLS = true
      case "VERIFY_CA": (usesTLS, verifies, checksHost) = (true, true, false)
      case "VERIFY_IDENTITY": (usesTLS, verifies, checksHost) = (true, true, true)
      default:
        throw Failure(.config, "\(setting) has an ssl_mode other than DISABLED, REQUIRED and VERIFY_IDENTITY")
      }
    }

    private func flag(_ name: Text, _ value: Text, _ setting: StaticString) throws(Failure) -> Bool {
      switch Text(value.bytes.map { 0x41...0x5A ~= $0 ? $0 + 0x20 : $0 }) {
      case "true", "1", "yes", "on": return true
      case "false", "0", "no", "off": return false
      default: throw Failure(.config, "\(setting) has a parameter that is neither true nor false: \(name.string)")
      }
    }
  }
#endif
