// SPDX-License-Identifier: Apache-2.0
#if Redis
  import Backends
  import Foundation
  import Support
  import Synchronization

  extension StoreUnderTest {
    private static let databases = Atomic<Int64>(1)

    /// One store over TCP and one over a socket, on a database of their own.
    static var redis: StoreUnderTest {
      StoreUnderTest(testDescription: "redis", keepsOurTime: false, largestRecord: 1 << 20) {
        let server = try RedisServer.shared.get()
        let database = databases.wrappingAdd(1, ordering: .relaxed).oldValue
        return Bed(
          RedisStore(server.options(database: database)),
          other: RedisStore(server.options(database: database, local: true)))
      }
    }
  }
#endif
