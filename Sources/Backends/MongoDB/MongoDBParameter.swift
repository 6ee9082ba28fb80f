// SPDX-License-Identifier: Apache-2.0
#if MongoDB
  internal import Settings
  internal import Support

  /// What may stand behind the ? of a mongodb:// URL.
  enum MongoDBParameter {
    private enum Rule {
      /// Passed on to libmongoc.
      case text, flag
      case words([Text])
      /// Accepted with these values alone, since that is what is done anyway.
      case always([Text], StaticString)
      case refused(StaticString)
    }

    /// The parameter for libmongoc; nil where nothing is to be passed on. Names are compared without case.
    static func checked(_ name: Text, _ value: Text) throws(Failure) -> (name: Text, value: Text)? {
      let lower = lowercase(name)
      guard let rule = rule(lower) else {
        throw Failure(.config, "\(setting) has a parameter that is not known here: \(name.string)")
      }
      switch rule {
      case .text:
        guard !value.isEmpty else { throw Failure(.config, "\(setting) has an empty parameter \(name.string)") }
        return (lower, value)
      case .flag:
        let value = lowercase(value)
        guard value == "true" || value == "false" else {
          throw Failure(.config, "\(setting) has a parameter \(name.string) that is neither true nor false")
        }
        return (lower, value)
      case .words(let words):
        guard words.contains(value) else {
          throw Failure(
            .unsupported,
            "\(setting) has a parameter \(name.string) with a value that this release does not have; "
              + "SCRAM-SHA-1 and SCRAM-SHA-256 are there")
        }
        return (lower, value)
      case .always(let values, let advice):
        guard values.contains(lowercase(value)) else {
          throw Failure(.config, "\(setting) has a parameter \(name.string) that sessions do not follow: \(advice)")
        }
        return nil
      case .refused(let advice):
        throw Failure(.config, "\(setting) has a parameter \(name.string) that sessions do not follow: \(advice)")
      }
    }

    private static var setting: String { "\(SettingName.mongodb.text)" }

    private static func rule(_ name: Text) -> Rule? {
      let rules: [(Text, Rule)] = [
        ("appname", .text), ("authmechanism", .words(["SCRAM-SHA-1", "SCRAM-SHA-256"])), ("authsource", .text),
        ("directconnection", .flag), ("replicaset", .text), ("ssl", .flag), ("tls", .flag),
        ("tlsallowinvalidcertificates", .flag), ("tlsallowinvalidhostnames", .flag), ("tlscafile", .text),
        ("tlscertificatekeyfile", .text), ("tlscertificatekeyfilepassword", .text), ("tlsinsecure", .flag),
        ("w", .always(["majority"], "they are written with w=majority")),
        ("journal", .always(["true"], "they are written with journal=true")),
        ("readpreference", .always(["primary"], "they are read from the primary")),
        // Either is kept: what was not answered is found out by reading, not by writing again.
        ("retrywrites", .always(["true", "false"], "true or false is expected")),
        ("retryreads", .always(["true", "false"], "true or false is expected")),
        ("uuidrepresentation", .refused("they have no such values, leave it out")),
        ("connecttimeoutms", .refused("set SESSION_CONNECT_TIMEOUT")),
        ("serverselectiontimeoutms", .refused("set SESSION_CONNECT_TIMEOUT")),
        ("sockettimeoutms", .refused("set SESSION_TIMEOUT")), ("timeoutms", .refused("set SESSION_TIMEOUT")),
        ("wtimeoutms", .refused("set SESSION_TIMEOUT")), ("waitqueuetimeoutms", .refused("set SESSION_TIMEOUT")),
        ("maxpoolsize", .refused("set SESSION_POOL_SIZE")), ("minpoolsize", .refused("leave it out")),
        ("maxidletimems", .refused("set SESSION_POOL_IDLE")),
      ]
      for (known, rule) in rules where known == name { return rule }
      return nil
    }

    private static func lowercase(_ text: Text) -> Text {
      Text(text.bytes.map { 0x41...0x5A ~= $0 ? $0 + 0x20 : $0 })
    }
  }
#endif
