// SPDX-License-Identifier: Apache-2.0
#if Memcached
  internal import CMemcached
  internal import Stores
  internal import Support

  /// Which of several servers a key is on, as libmemcached has it. No server ever leaves the ring: one that came back
  /// would bring back what was removed meanwhile.
  final class MemcachedRing: @unchecked Sendable {
    private let api: UnsafePointer<cmemcached_api>
    /// Never connected, and not changed once it is made: any thread may ask it.
    private let ring: UnsafeMutablePointer<memcached_st>
    private let count: Int

    static func make(_ options: MemcachedOptions) throws(Failure) -> MemcachedRing {
      guard let api = cmemcached_open() else {
        let problem = String(cString: cmemcached_problem())
        throw Failure(
          .unavailable,
          "libmemcached cannot be opened, which several servers need: install the Debian package libmemcached11 "
            + "(\(problem))")
      }
      guard let state = api.pointee.memcached_create(nil) else { throw outOfMemory }
      let ring = MemcachedRing(api, state, options.servers.count)
      guard ring.configure(options) else { throw outOfMemory }
      return ring
    }

    private static var outOfMemory: Failure { Failure(.backend, "libmemcached is out of memory") }

    private init(_ api: UnsafePointer<cmemcached_api>, _ ring: UnsafeMutablePointer<memcached_st>, _ count: Int) {
      self.api = api
      self.ring = ring
      self.count = count
    }

    deinit {
      api.pointee.memcached_free(ring)
    }

    private func configure(_ options: MemcachedOptions) -> Bool {
      switch options.placement {
      case .pythonMemcached:
        guard set(MEMCACHED_BEHAVIOR_HASH, UInt64(MEMCACHED_HASH_CRC.rawValue)),
          set(MEMCACHED_BEHAVIOR_DISTRIBUTION, UInt64(MEMCACHED_DISTRIBUTION_MODULA.rawValue))
        else { return false }
      case .libmemcached: break
      case .ketama:
        guard set(MEMCACHED_BEHAVIOR_KETAMA, 1) else { return false }
      }
      return options.servers.allSatisfy(add)
    }

    private func set(_ behavior: memcached_behavior_t, _ value: UInt64) -> Bool {
      api.pointee.memcached_behavior_set(ring, behavior, value) == MEMCACHED_SUCCESS
    }

    private func add(_ server: SocketAddress) -> Bool {
      let name: Text =
        switch server {
        case .host(let name, _): name
        case .local(let path): path
        }
      let characters = name.bytes.map { CChar(bitPattern: $0) } + [0]
      return characters.withUnsafeBufferPointer { characters in
        switch server {
        case .host(_, let port): api.pointee.memcached_server_add(ring, characters.baseAddress, port)
        case .local: api.pointee.memcached_server_add_unix_socket(ring, characters.baseAddress)
        }
      } == MEMCACHED_SUCCESS
    }

    /// Its place among the servers.
    func place(of key: Text) -> Int {
      let place = key.bytes.withUnsafeBufferPointer { bytes in
        bytes.withMemoryRebound(to: CChar.self) {
          api.pointee.memcached_generate_hash(ring, $0.baseAddress, $0.count)
        }
      }
      return Int(place) % count
    }
  }
#endif
