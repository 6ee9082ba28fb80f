// SPDX-License-Identifier: Apache-2.0
#if Redis
  package import Stores
  package import Support

  /// Which server, how to log in there, and what its connections may take.
  package struct RedisOptions: PooledOptions, Sendable {
    package var address: SocketAddress
    /// With `password`; nil is the user `default`.
    package var user: Text?
    package var password: Secret?
    package var database: Int64 = 0
    package var poolSize = 8
    /// Milliseconds.
    package var connectTimeout: Int64 = 2_000
    /// Milliseconds for which a connection that nobody uses is kept.
    package var idleTime: Int64 = 60_000
    package var largestRecord = 64 << 20

    package init(_ address: SocketAddress) {
      self.address = address
    }
  }
#endif
