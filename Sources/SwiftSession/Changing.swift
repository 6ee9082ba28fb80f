// SPDX-License-Identifier: Apache-2.0
public import CSwiftSession
internal import Records
internal import Sessions
internal import Support
internal import Values

@implementation @_cdecl("swiftsession_set_null")
public func swiftsession_set_null(
  _ session: OpaquePointer?, _ key: UnsafePointer<CChar>?,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  set(session, key, error) { () throws(Failure) in .null }
}

@implementation @_cdecl("swiftsession_set_bool")
public func swiftsession_set_bool(
  _ session: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ value: Int32,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  set(session, key, error) { () throws(Failure) in .bool(value != 0) }
}

@implementation @_cdecl("swiftsession_set_integer")
public func swiftsession_set_integer(
  _ session: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ value: Int64,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  set(session, key, error) { () throws(Failure) in .integer(value) }
}

@implementation @_cdecl("swiftsession_set_double")
public func swiftsession_set_double(
  _ session: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ value: Double,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  set(session, key, error) { () throws(Failure) in .double(value) }
}

@implementation @_cdecl("swiftsession_set_string")
public func swiftsession_set_string(
  _ session: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ value: UnsafePointer<CChar>?, _ size: Int,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  set(session, key, error) { () throws(Failure) in .text(Text(Array(try textData(value, size, "value")))) }
}

@implementation @_cdecl("swiftsession_set_bytes")
public func swiftsession_set_bytes(
  _ session: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ value: UnsafeRawPointer?, _ size: Int,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  set(session, key, error) { () throws(Failure) in .bytes(Array(try data(value, size, "value"))) }
}

@implementation @_cdecl("swiftsession_set_time")
public func swiftsession_set_time(
  _ session: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ value: Int64,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  set(session, key, error) { () throws(Failure) in try time(value) }
}

@implementation @_cdecl("swiftsession_set_json")
public func swiftsession_set_json(
  _ session: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ json: UnsafePointer<CChar>?, _ size: Int,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  set(session, key, error) { () throws(Failure) in try decoded(json, size) }
}

@implementation @_cdecl("swiftsession_add")
public func swiftsession_add(
  _ session: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ amount: Int64, _ sum: UnsafeMutablePointer<Int64>?,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  change(session, error) { session throws(Failure) in
    let total = try session.add(try text(key, "key"), amount)
    sum?.pointee = total
  }
}

@implementation @_cdecl("swiftsession_append")
public func swiftsession_append(
  _ session: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ json: UnsafePointer<CChar>?, _ size: Int,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  change(session, error) { session throws(Failure) in
    try session.append(try text(key, "key"), try decoded(json, size, within: 2))
  }
}

@implementation @_cdecl("swiftsession_set_if_absent")
public func swiftsession_set_if_absent(
  _ session: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ json: UnsafePointer<CChar>?, _ size: Int,
  _ wasSet: UnsafeMutablePointer<Int32>?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  change(session, error) { session throws(Failure) in
    let set = try session.setIfAbsent(try text(key, "key"), try decoded(json, size))
    wasSet?.pointee = set ? 1 : 0
  }
}

@implementation @_cdecl("swiftsession_remove_item")
public func swiftsession_remove_item(
  _ session: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ json: UnsafePointer<CChar>?, _ size: Int,
  _ wasRemoved: UnsafeMutablePointer<Int32>?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  change(session, error) { session throws(Failure) in
    let removed = try session.removeItem(try text(key, "key"), try decoded(json, size, within: 2))
    wasRemoved?.pointee = removed ? 1 : 0
  }
}

@implementation @_cdecl("swiftsession_update_json")
public func swiftsession_update_json(
  _ session: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ json: UnsafePointer<CChar>?, _ size: Int,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  change(session, error) { session throws(Failure) in
    try session.update(try text(key, "key"), try decoded(json, size))
  }
}

@implementation @_cdecl("swiftsession_remove")
public func swiftsession_remove(
  _ session: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  change(session, error) { session throws(Failure) in
    let key = try text(key, "key")
    guard try session.remove(key) != nil else { throw noKey(key) }
  }
}

@implementation @_cdecl("swiftsession_pop_json")
public func swiftsession_pop_json(
  _ session: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ json: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
  _ size: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let handle = try SessionHandle.require(session)
    let key = try text(key, "key")
    let bytes = try handle.change { session throws(Failure) in
      // Told before it is removed: what cannot be told stays.
      guard let value = try session.value(key) else { throw noKey(key) }
      let bytes = try TaggedJSON.encode(value, style: .exact)
      try session.remove(key)
      return bytes
    }
    let loan = try handle.lend(.popped) { () throws(Failure) in bytes }
    json?.pointee = loan.characters
    size?.pointee = loan.count
  }
}

@implementation @_cdecl("swiftsession_clear")
public func swiftsession_clear(
  _ session: OpaquePointer?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  change(session, error) { session throws(Failure) in try session.clear() }
}

@implementation @_cdecl("swiftsession_set_permanent")
public func swiftsession_set_permanent(
  _ session: OpaquePointer?, _ permanent: Int32, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  change(session, error) { session throws(Failure) in try session.setPermanent(permanent != 0) }
}

@implementation @_cdecl("swiftsession_set_modified")
public func swiftsession_set_modified(
  _ session: OpaquePointer?, _ modified: Int32, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  change(session, error) { session throws(Failure) in try session.setModified(modified != 0) }
}

@implementation @_cdecl("swiftsession_set_accessed")
public func swiftsession_set_accessed(
  _ session: OpaquePointer?, _ accessed: Int32, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  change(session, error) { session throws(Failure) in session.accessed = accessed != 0 }
}

@implementation @_cdecl("swiftsession_set_payload")
public func swiftsession_set_payload(
  _ session: OpaquePointer?, _ codec: UnsafePointer<CChar>?, _ payload: UnsafeRawPointer?, _ size: Int,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  change(session, error) { session throws(Failure) in
    let codec = try payloadCodec(try text(codec, "codec"))
    try session.setPayload(Array(try data(payload, size, "payload")), codec)
  }
}

/// Runs the body of an export that changes a session.
private func change(
  _ session: OpaquePointer?, _ error: ErrorPointer?, _ body: (Session) throws(Failure) -> Void
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    try SessionHandle.require(session).change(body)
  }
}

/// Sets one key to a value that is made once session and key are found good.
private func set(
  _ session: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ error: ErrorPointer?,
  _ value: () throws(Failure) -> Value
) -> swiftsession_status {
  change(session, error) { session throws(Failure) in
    try session.set(try text(key, "key"), try value())
  }
}

/// - Parameter within: the levels that the value will stand below, so that what is stored can be read again.
private func decoded(
  _ json: UnsafePointer<CChar>?, _ size: Int, within levels: Int = 1
) throws(Failure) -> Value {
  var limits = Limits()
  limits.depth -= levels
  return try TaggedJSON.decode(try textData(json, size, "json"), limits: limits, style: .exact)
}

private func time(_ seconds: Int64) throws(Failure) -> Value {
  guard CivilDate.range.contains(seconds) else {
    throw Failure(.tooLarge, "The time is not within the years 1 to 9999.")
  }
  return .time(DateTime(seconds: seconds))
}
