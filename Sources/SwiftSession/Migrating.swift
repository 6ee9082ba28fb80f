// SPDX-License-Identifier: Apache-2.0
public import CSwiftSession
internal import Sessions
internal import Support

@implementation @_cdecl("swiftsession_migrate")
public func swiftsession_migrate(
  _ manager: OpaquePointer?, _ limit: Int64, _ progress: UnsafeMutablePointer<swiftsession_migration>?,
  _ more: UnsafeMutablePointer<Int32>?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let manager = try required(manager, .manager, as: ManagerHandle.self).manager
    let place = try place(progress, "progress")
    guard limit > 0 else { throw Failure(.argument, "limit is \(limit); give how many records to move at most.") }
    var progress = MigrationProgress(
      moved: place.pointee.moved, skipped: place.pointee.skipped, unreadable: place.pointee.unreadable,
      place: try position(place))
    do throws(Failure) {
      let left = try manager.migrate(&progress, limit: Int(min(limit, 1_000)))
      write(progress, place)
      more?.pointee = left ? 1 : 0
    } catch {
      write(progress, place)
      throw error
    }
  }
}

private func position(_ progress: UnsafeMutablePointer<swiftsession_migration>) throws(Failure) -> [UInt8] {
  let count = Int(progress.pointee.position_size)
  return try withUnsafeBytes(of: &progress.pointee.position) { (bytes) -> Result<[UInt8], Failure> in
    guard 0...bytes.count ~= count else {
      return .failure(Failure(.argument, "progress is none of ours; set all of it to zero to begin."))
    }
    return .success(Array(UnsafeBufferPointer(rebasing: bytes.bindMemory(to: UInt8.self)[..<count])))
  }.get()
}

private func write(_ progress: MigrationProgress, _ place: UnsafeMutablePointer<swiftsession_migration>) {
  (place.pointee.moved, place.pointee.skipped) = (progress.moved, progress.skipped)
  place.pointee.unreadable = progress.unreadable
  withUnsafeMutableBytes(of: &place.pointee.position) { bytes in
    // The list of a store says no longer ones.
    let count = min(bytes.count, progress.place.count)
    for index in 0..<count { bytes[index] = progress.place[index] }
    place.pointee.position_size = Int32(truncatingIfNeeded: count)
  }
}
