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
  /// What a manager of sessions is told beside.
  var settings: [Text: Text] = [:]
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

  /// With sessions in them, whose records are sealed in some.
  static var living: [StoreUnderTest] { all + sealed }

  static var livingInOurTime: [StoreUnderTest] { living.filter { $0.keepsOurTime } }

  /// One of each kind: a server that ends records itself, a database, one that is in the process, files.
  static var sealed: [StoreUnderTest] {
    var bare = [filesystem, memory]
    #if PostgreSQL
      bare.append(postgresql)
    #endif
    #if Redis
      bare.append(redis)
    #endif
    #if SQLite
      bare.append(sqlite)
    #endif
    return bare.map { $0.sealed }
  }

  /// The end of a record is by our clock then. How long one has still that is listed, only a store tells of the same clock.
  private var sealed: StoreUnderTest {
    StoreUnderTest(
      testDescription: "sealed, \(testDescription)", tellsRemaining: keepsOurTime, lists: false, endOfTime: endOfTime,
      largestRecord: largestRecord, settings: ["SESSION_RECORD_FORMAT": "sealed"], make: make)
  }

  private static var memory: StoreUnderTest {
    StoreUnderTest(testDescription: "memory", largestRecord: 1 << 20) {
      Bed(MemoryStore(largestRecord: 1 << 20))
    }
  }
}
