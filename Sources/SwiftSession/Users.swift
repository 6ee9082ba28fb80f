// SPDX-License-Identifier: Apache-2.0
public import CSwiftSession
internal import CSupport
internal import Sessions
internal import Support
internal import Values

@implementation @_cdecl("swiftsession_login")
public func swiftsession_login(
  _ session: OpaquePointer?, _ user: UnsafePointer<CChar>?, _ userSize: Int, _ label: UnsafePointer<CChar>?,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    try SessionHandle.require(session).change { session throws(Failure) in
      let label = label == nil ? Text([]) : try text(label, "label")
      try session.logIn(try name(user, userSize), label: label)
    }
  }
}

@implementation @_cdecl("swiftsession_logout")
public func swiftsession_logout(
  _ session: OpaquePointer?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    try SessionHandle.require(session).change { session throws(Failure) in try session.logOut() }
  }
}

@implementation @_cdecl("swiftsession_user")
public func swiftsession_user(
  _ session: OpaquePointer?, _ user: UnsafeMutablePointer<UnsafePointer<CChar>?>?, _ size: UnsafeMutablePointer<Int>?,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let handle = try SessionHandle.require(session)
    let loan = try handle.lend(.user) { () throws(Failure) in
      guard let user = try handle.reading.user() else {
        throw Failure(.notFound, "Nobody has logged in with this session.")
      }
      return user.bytes
    }
    user?.pointee = loan.characters
    size?.pointee = loan.count
  }
}

@implementation @_cdecl("swiftsession_end_others")
public func swiftsession_end_others(
  _ session: OpaquePointer?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    try SessionHandle.require(session).change { session throws(Failure) in try session.endOthers() }
  }
}

@implementation @_cdecl("swiftsession_manager_end_user")
public func swiftsession_manager_end_user(
  _ manager: OpaquePointer?, _ user: UnsafePointer<CChar>?, _ userSize: Int,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let manager = try required(manager, .manager, as: ManagerHandle.self).manager
    try manager.endSessions(of: try name(user, userSize))
  }
}

@implementation @_cdecl("swiftsession_manager_user_sessions")
public func swiftsession_manager_user_sessions(
  _ manager: OpaquePointer?, _ session: OpaquePointer?, _ user: UnsafePointer<CChar>?, _ userSize: Int,
  _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ jsonSize: UnsafeMutablePointer<Int>?,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let manager = try required(manager, .manager, as: ManagerHandle.self).manager
    let current = session == nil ? nil : try SessionHandle.require(session).reading
    let sessions = try manager.sessions(of: try name(user, userSize), current: current)
    let bytes = try JSON.encode(.array(sessions.map { $0.value }))
    if let json { json.pointee = try copied(bytes).assumingMemoryBound(to: CChar.self) }
    jsonSize?.pointee = bytes.count
  }
}

@implementation @_cdecl("swiftsession_manager_end_session")
public func swiftsession_manager_end_session(
  _ manager: OpaquePointer?, _ user: UnsafePointer<CChar>?, _ userSize: Int, _ reference: UnsafePointer<CChar>?,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let manager = try required(manager, .manager, as: ManagerHandle.self).manager
    guard try manager.endSession(of: try name(user, userSize), try text(reference, "reference")) else {
      throw Failure(.notFound, "This user has no live session of this reference.")
    }
  }
}

/// The name of a user. It stands in records that other programs read, as text.
private func name(_ user: UnsafePointer<CChar>?, _ size: Int) throws(Failure) -> Text {
  Text(Array(try textData(user, size, "user")))
}

extension UserSession {
  /// As the header has it.
  fileprivate var value: Value {
    var map = Map()
    map["reference"] = .text(reference)
    map["created"] = .integer(created)
    map["last_seen"] = lastSeen.map { .integer($0) } ?? .null
    map["label"] = .text(label)
    map["current"] = .bool(isCurrent)
    return .map(map)
  }
}
