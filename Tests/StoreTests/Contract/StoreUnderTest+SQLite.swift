// SPDX-License-Identifier: Apache-2.0
#if SQLite
  import Backends
  import Foundation
  import Support

  extension StoreUnderTest {
    /// Two stores on one file, as two processes would have it.
    static var sqlite: StoreUnderTest {
      StoreUnderTest(testDescription: "sqlite", largestRecord: 1 << 20) {
        let folder = try TemporaryFolder()
        let options = try SQLiteOptions(path: folder.path("sessions.db"), largestRecord: 1 << 20)
        return Bed(SQLiteStore(options), other: SQLiteStore(options))
      }
    }
  }
#endif
