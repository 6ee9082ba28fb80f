// SPDX-License-Identifier: Apache-2.0
import Backends
import Foundation
import Support

extension StoreUnderTest {
  /// Two stores on one folder, as two processes would have it.
  static var filesystem: StoreUnderTest {
    StoreUnderTest(testDescription: "filesystem", lists: false, endOfTime: 1 << 32, largestRecord: 1 << 20) {
      let folder = try TemporaryFolder()
      let options = try FilesystemOptions(path: folder.path("sessions"), largestRecord: 1 << 20)
      return Bed(FilesystemStore(options), other: FilesystemStore(options))
    }
  }
}
