// SPDX-License-Identifier: Apache-2.0
public import CSwiftSession
internal import Sessions
internal import Support

@implementation @_cdecl("swiftsession_renew")
public func swiftsession_renew(
  _ session: OpaquePointer?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    try SessionHandle.require(session).change { session throws(Failure) in try session.renew() }
  }
}

@implementation @_cdecl("swiftsession_destroy")
public func swiftsession_destroy(
  _ session: OpaquePointer?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    try SessionHandle.require(session).change { session throws(Failure) in try session.destroy() }
  }
}

@implementation @_cdecl("swiftsession_save")
public func swiftsession_save(
  _ session: OpaquePointer?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    try SessionHandle.require(session).save()
  }
}

@implementation @_cdecl("swiftsession_header_count")
public func swiftsession_header_count(_ session: OpaquePointer?) -> Int {
  SessionHandle.find(session)?.headerCount ?? 0
}

@implementation @_cdecl("swiftsession_header_name")
public func swiftsession_header_name(_ session: OpaquePointer?, _ index: Int) -> UnsafePointer<CChar>? {
  SessionHandle.find(session)?.header(index).map { pointer(to: $0.name) }
}

@implementation @_cdecl("swiftsession_header_value")
public func swiftsession_header_value(_ session: OpaquePointer?, _ index: Int) -> UnsafePointer<CChar>? {
  SessionHandle.find(session)?.header(index)?.value.characters
}
