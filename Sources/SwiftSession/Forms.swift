// SPDX-License-Identifier: Apache-2.0
public import CSwiftSession
internal import Sessions
internal import Support
internal import Values

@implementation @_cdecl("swiftsession_csrf_token")
public func swiftsession_csrf_token(
  _ session: OpaquePointer?, _ token: UnsafeMutablePointer<UnsafePointer<CChar>?>?, _ size: UnsafeMutablePointer<Int>?,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let handle = try SessionHandle.require(session)
    let loan = try handle.lend(.formToken) { () throws(Failure) in
      try handle.amend { session throws(Failure) in try session.formToken() }
    }
    token?.pointee = loan.characters
    size?.pointee = loan.count
  }
}

@implementation @_cdecl("swiftsession_csrf_check")
public func swiftsession_csrf_check(
  _ session: OpaquePointer?, _ token: UnsafePointer<CChar>?, _ size: Int, _ maxAge: Int64,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let session = try SessionHandle.require(session).reading
    let noToken = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    let given = token == nil && size == 0 ? noToken : try data(token, size, "token")
    try session.checkFormToken(given, maxAge: maxAge < 0 ? nil : maxAge)
  }
}

@implementation @_cdecl("swiftsession_flash")
public func swiftsession_flash(
  _ session: OpaquePointer?, _ category: UnsafePointer<CChar>?, _ message: UnsafePointer<CChar>?, _ size: Int,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    try SessionHandle.require(session).change { session throws(Failure) in
      let category = category == nil ? "message" : try text(category, "category")
      try session.flash(category, Text(Array(try textData(message, size, "message"))))
    }
  }
}

@implementation @_cdecl("swiftsession_flashed")
public func swiftsession_flashed(
  _ session: OpaquePointer?, _ count: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let found = try SessionHandle.require(session).takeFlashes()
    count?.pointee = found
  }
}

@implementation @_cdecl("swiftsession_flash_category")
public func swiftsession_flash_category(_ session: OpaquePointer?, _ index: Int) -> UnsafePointer<CChar>? {
  SessionHandle.find(session)?.flashCategory(index)?.characters
}

@implementation @_cdecl("swiftsession_flash_message")
public func swiftsession_flash_message(_ session: OpaquePointer?, _ index: Int) -> UnsafePointer<CChar>? {
  SessionHandle.find(session)?.flashMessage(index)?.characters
}
