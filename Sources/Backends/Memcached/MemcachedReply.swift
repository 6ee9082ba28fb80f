// SPDX-License-Identifier: Apache-2.0
#if Memcached
  internal import Support

  /// What a server answered, whatever the protocol.
  enum MemcachedReply {
    /// Stored, touched, removed. With the number of the new record where the protocol tells.
    case done(UInt64?)
    /// There is no such record.
    case absent
    /// There is a record, or another one than was expected.
    case exists
    case value([UInt8], flags: UInt64, token: UInt64)
    /// Nil where the server, or what stands before it, does not tell.
    case settings(largestItem: Int64?, comparesAndSets: Bool)
    case error(Failure)
  }
#endif
