// SPDX-License-Identifier: Apache-2.0
public import CSwiftSession
internal import Sessions
internal import Support

@implementation @_cdecl("swiftsession_open")
public func swiftsession_open(
  _ manager: OpaquePointer?, _ cookieHeader: UnsafeRawPointer?, _ size: Int,
  _ session: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let manager = try required(manager, .manager, as: ManagerHandle.self).manager
    let place = try place(session, "session")
    let noCookie = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    let header = cookieHeader == nil && size == 0 ? noCookie : try data(cookieHeader, size, "cookie_header")
    place.pointee = SessionHandle(manager.open(header)).retained()
  }
}

@implementation @_cdecl("swiftsession_open_value")
public func swiftsession_open_value(
  _ manager: OpaquePointer?, _ value: UnsafeRawPointer?, _ size: Int, _ session: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let manager = try required(manager, .manager, as: ManagerHandle.self).manager
    let place = try place(session, "session")
    place.pointee = SessionHandle(try manager.open(value: Array(try data(value, size, "value")))).retained()
  }
}

@implementation @_cdecl("swiftsession_session_free")
public func swiftsession_session_free(_ session: OpaquePointer?) {
  Handle.free(session, .session)
}

@implementation @_cdecl("swiftsession_origin")
public func swiftsession_origin(_ session: OpaquePointer?) -> Int32 {
  SessionHandle.find(session)?.reading.origin.rawValue ?? 0
}

@implementation @_cdecl("swiftsession_is_new")
public func swiftsession_is_new(_ session: OpaquePointer?) -> Int32 {
  SessionHandle.find(session)?.reading.isNew == true ? 1 : 0
}

@implementation @_cdecl("swiftsession_load")
public func swiftsession_load(
  _ session: OpaquePointer?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    try SessionHandle.require(session).reading.load()
  }
}

@implementation @_cdecl("swiftsession_peek")
public func swiftsession_peek(
  _ session: OpaquePointer?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    try SessionHandle.require(session).reading.isPassive = true
  }
}

@implementation @_cdecl("swiftsession_id")
public func swiftsession_id(_ session: OpaquePointer?) -> UnsafePointer<CChar>? {
  guard let handle = SessionHandle.find(session) else { return nil }
  do throws(Failure) {
    guard let id = try handle.reading.id() else { return nil }
    return try handle.lend(.id) { () throws(Failure) in id.bytes }.characters
  } catch {
    return nil
  }
}
