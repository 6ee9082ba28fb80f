// SPDX-License-Identifier: Apache-2.0
#if Memcached
  import Backends
  import Foundation
  import Stores
  import Support

  extension StoreUnderTest {
    /// One store that speaks the text protocol and one that speaks the binary one.
    static var memcached: StoreUnderTest {
      StoreUnderTest(
        testDescription: "memcached", takesAnyKey: false, keepsOurTime: false, tellsRemaining: false, lists: false,
        largestRecord: 1 << 19
      ) {
        let server = try kept(MemcachedServer())
        return Bed(try open([server], .text), other: try open([server], .binary))
      }
    }

    /// The other way round, on a ring of a socket and two ports.
    static var memcachedRing: StoreUnderTest {
      StoreUnderTest(
        testDescription: "memcached, three servers", takesAnyKey: false, keepsOurTime: false, tellsRemaining: false,
        lists: false,
        largestRecord: 1 << 19
      ) {
        let servers = try [true, false, false].map { try kept(MemcachedServer(local: $0)) }
        return Bed(try open(servers, .binary, .ketama), other: try open(servers, .text, .ketama))
      }
    }

    private static func open(
      _ servers: [MemcachedServer], _ dialect: MemcachedOptions.Dialect,
      _ placement: MemcachedOptions.Placement = .pythonMemcached
    ) throws -> MemcachedStore {
      var options = MemcachedOptions(servers.map { $0.address })
      options.dialect = dialect
      options.placement = placement
      options.largestRecord = 1 << 19
      return try MemcachedStore.open(options)
    }

    /// Until the process ends: a bed does not say when it is done.
    private static func kept(_ server: MemcachedServer) -> MemcachedServer {
      lock.withLock { servers.append(server) }
      return server
    }

    private static let lock = NSLock()
    nonisolated(unsafe) private static var servers: [MemcachedServer] = []
  }
#endif
