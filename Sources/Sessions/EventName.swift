// SPDX-License-Identifier: Apache-2.0
internal import CSupport
internal import Crypto
internal import Settings
internal import Support

/// Makes what sessions and users are called in events: the beginning of an HMAC, by which events of the same one are
/// found, and neither an id nor the name of a user.
///
/// The key is SECRET_KEY, so that the names are the same in every process of an application. Where there is none it is
/// random, and the names are those of one manager and of what is forked from it.
package struct EventName {
  private let hmac: HMAC

  /// The bytes of a name: 16 characters, which are 96 bits, and a zero byte.
  package static var size: Int { 17 }

  static func make(_ settings: Settings) throws(Failure) -> EventName {
    if let key = settings.key { return EventName(hmac: try HMAC(.sha256, key: key)) }
    let random = try Secret(count: 32) { start throws(Failure) in
      let problem = csupport_random(start, 32)
      guard problem == 0 else { throw Failure(.internal, "The system gave no random bytes.", native: problem) }
    }
    return EventName(hmac: try HMAC(.sha256, key: random))
  }

  /// Appends a name, or an empty one for nobody.
  ///
  /// - Parameter kind: keeps a session and a user apart whose ids are the same.
  func append(_ kind: UInt8, _ secret: Text?, to names: inout [UInt8]) {
    let end = names.count + EventName.size
    if let secret {
      // Nothing else that is signed with the key begins so.
      let message = Text("swiftsession event ").bytes + [kind] + secret.bytes
      let digest = [UInt8](unsafeUninitializedCapacity: hmac.algorithm.count) { output, count in
        guard let start = output.baseAddress else { return }
        // Without libcrypto's help there is no name.
        let isSigned = message.withUnsafeBufferPointer { (try? hmac.sign($0, into: start)) != nil }
        count = isSigned ? 12 : 0
      }
      names += Base64URL.encoded(digest)
    }
    while names.count < end { names.append(0) }
  }
}
