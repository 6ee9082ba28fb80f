// SPDX-License-Identifier: Apache-2.0
#if Memcached
  internal import Stores
  internal import Support

  /// What can be a key of memcached: in its text protocol a space or a control character ends one.
  enum MemcachedKey {
    static var largest: Int { 250 }

    static func isPlain(_ key: Text) -> Bool {
      for byte in key.bytes where byte <= 0x20 || byte == 0x7F { return false }
      return true
    }

    static func check(_ key: Text) throws(Failure) {
      guard isPlain(key) else {
        throw Failure(.argument, "A key has a space or a control character, which no key of memcached may have")
      }
    }
  }
#endif
