// SPDX-License-Identifier: Apache-2.0
#if Memcached
  internal import Support

  /// What a server is asked, whatever the protocol. `expiry` is as memcached has it: seconds up to 30 days, else the
  /// second since 1970, or 0 for never.
  enum MemcachedRequest {
    case get(Text)
    case add(Text, [UInt8], expiry: Int64)
    case replace(Text, [UInt8], expiry: Int64, token: UInt64)
    case touch(Text, expiry: Int64)
    case remove(Text)
    case removeIfSame(Text, token: UInt64)
    /// How large an item may be, and whether there is compare-and-set.
    case settings
    case version
  }
#endif
