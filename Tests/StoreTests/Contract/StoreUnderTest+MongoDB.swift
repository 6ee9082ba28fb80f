// SPDX-License-Identifier: Apache-2.0
#if MongoDB
  import Foundation
  import Support

  @testable import Backends

  extension StoreUnderTest {
    /// One store over TCP and one over a socket, on a collection of their own.
    static var mongodb: StoreUnderTest {
      StoreUnderTest(testDescription: "mongodb", largestRecord: (8 << 20) - 4096) {
        let server = try MongoDBServer.shared.get()
        let collection = Text("c\(UUID().uuidString)")
        return Bed(server.store(collection), other: server.store(collection, local: true))
      }
    }

    /// The same over a collection whose index on `id` cannot be unique.
    static var mongodbWithDuplicates: StoreUnderTest {
      StoreUnderTest(testDescription: "mongodb with duplicates", largestRecord: (8 << 20) - 4096) {
        let server = try MongoDBServer.shared.get()
        let collection = Text("d\(UUID().uuidString)")
        for _ in 0..<2 { try server.insert(BSON(("id", .word("twice"))), into: collection) }
        return Bed(server.store(collection), other: server.store(collection, local: true))
      }
    }
  }
#endif
