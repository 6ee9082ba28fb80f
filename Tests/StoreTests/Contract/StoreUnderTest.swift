// SPDX-License-Identifier: Apache-2.0
import Backends
import Stores
import Support
import Testing

/// A kind of store that the contract suite runs over. A new backend adds itself to `all`.
struct StoreUnderTest: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// Memcached does not take spaces, control characters, nor more than 250 bytes.
  var takesAnyKey = true
  /// False where a server's own clock ends a record: then `Call.now` moves nothing.
  var keepsOurTime = true
  /// False where the server does not say how long a record has still.
  var tellsRemaining = true
  /// Whether its keys can be listed.
  var lists = true
  /// Before this second every record ends, whatever time it was given.
  var endOfTime = Int64.max
  /// The largest record that a test may store, one byte above being TOO_LARGE.
  let largestRecord: Int
  let make: @Sendable () throws -> Bed

  static var all: [StoreUnderTest] {
    var all = [filesystem, memory]
    #if Memcached
      all += [memcached, memcachedRing]
    #endif
    #if MySQL
      all += mysql
    #endif
    #if MongoDB
      if MongoDBServer.isWanted { all += [mongodb, mongodbWithDuplicates] }
    #endif
    #if PostgreSQL
      all += [postgresql, pgbouncer, handmadeTable]
    #endif
    #if Redis
      all.append(redis)
    #endif
    #if SQLite
      all.append(sqlite)
    #endif
    return all
  }

  static var ofOurTime: [StoreUnderTest] { all.filter { $0.keepsOurTime } }

  private static var memory: StoreUnderTest {
    StoreUnderTest(testDescription: "memory", largestRecord: 1 << 20) {
      Bed(MemoryStore(largestRecord: 1 << 20))
    }
  }
}
