// SPDX-License-Identifier: Apache-2.0
#if Memcached
  package import Stores

  /// Which servers, how keys are spread over them, and what their connections may take.
  package struct MemcachedOptions: PooledOptions, Sendable {
    /// How a server is spoken to.
    package enum Dialect: Sendable {
      case text, binary
    }

    /// Which server a key is on, by what another client does.
    package enum Placement: Sendable {
      /// python-memcached's: the upper half of a CRC, and the remainder.
      case pythonMemcached
      /// libmemcached's own where nothing is set, and so pylibmc's.
      case libmemcached
      /// libmemcached's ring of servers, by MD5.
      case ketama
    }

    /// In the order that placement depends on.
    package var servers: [SocketAddress]
    package var dialect = Dialect.text
    package var placement = Placement.pythonMemcached
    /// Of each server.
    package var poolSize = 8
    /// Milliseconds.
    package var connectTimeout: Int64 = 2_000
    /// Milliseconds for which a connection that nobody uses is kept.
    package var idleTime: Int64 = 60_000
    /// What no server takes more than, whatever it says itself.
    package var largestRecord = 64 << 20

    package init(_ servers: [SocketAddress]) {
      self.servers = servers
    }
  }
#endif
