// SPDX-License-Identifier: Apache-2.0
public import CSwiftSession
internal import Sessions
internal import Support

/// A session manager as a C caller holds it.
final class ManagerHandle: Handle {
  let manager: SessionManager

  init(_ manager: SessionManager) {
    self.manager = manager
    super.init(.manager)
  }
}

@implementation @_cdecl("swiftsession_manager_open")
public func swiftsession_manager_open(
  _ config: OpaquePointer?, _ manager: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let config = try required(config, .config, as: ConfigHandle.self)
    let place = try place(manager, "manager")
    place.pointee = ManagerHandle(try Assembly.manager(config.settings, config.log, config.listener)).retained()
  }
}

@implementation @_cdecl("swiftsession_manager_free")
public func swiftsession_manager_free(_ manager: OpaquePointer?) {
  Handle.free(manager, .manager)
}

@implementation @_cdecl("swiftsession_manager_set_clock")
public func swiftsession_manager_set_clock(
  _ manager: OpaquePointer?, _ clock: swiftsession_clock?, _ context: UnsafeMutableRawPointer?,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    try required(manager, .manager, as: ManagerHandle.self).manager.clock = Clock(clock, context: context)
  }
}

@implementation @_cdecl("swiftsession_manager_reload")
public func swiftsession_manager_reload(
  _ manager: OpaquePointer?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    try required(manager, .manager, as: ManagerHandle.self).manager.reload()
  }
}

@implementation @_cdecl("swiftsession_manager_prepare")
public func swiftsession_manager_prepare(
  _ manager: OpaquePointer?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    try required(manager, .manager, as: ManagerHandle.self).manager.prepare()
  }
}

@implementation @_cdecl("swiftsession_manager_ping")
public func swiftsession_manager_ping(
  _ manager: OpaquePointer?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    try required(manager, .manager, as: ManagerHandle.self).manager.ping()
  }
}

@implementation @_cdecl("swiftsession_manager_sweep")
public func swiftsession_manager_sweep(
  _ manager: OpaquePointer?, _ limit: Int64, _ more: UnsafeMutablePointer<Int32>?,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let manager = try required(manager, .manager, as: ManagerHandle.self).manager
    guard limit > 0 else { throw Failure(.argument, "limit is \(limit); give how many records to remove at most.") }
    let left = try manager.sweep(limit: Int(limit))
    more?.pointee = left ? 1 : 0
  }
}
