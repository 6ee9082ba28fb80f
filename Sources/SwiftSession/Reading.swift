// SPDX-License-Identifier: Apache-2.0
public import CSwiftSession
internal import Records
internal import Sessions
internal import Support
internal import Values

@implementation @_cdecl("swiftsession_type")
public func swiftsession_type(_ session: OpaquePointer?, _ key: UnsafePointer<CChar>?) -> Int32 {
  answer(session) { session throws(Failure) in try session.value(try text(key, "key"))?.type } ?? 0
}

@implementation @_cdecl("swiftsession_get_bool")
public func swiftsession_get_bool(
  _ session: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ result: UnsafeMutablePointer<Int32>?,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  get(session, key, result, error) { value throws(Failure) in try value.bool ? 1 : 0 }
}

@implementation @_cdecl("swiftsession_get_integer")
public func swiftsession_get_integer(
  _ session: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ result: UnsafeMutablePointer<Int64>?,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  get(session, key, result, error) { value throws(Failure) in try value.integer }
}

@implementation @_cdecl("swiftsession_get_double")
public func swiftsession_get_double(
  _ session: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ result: UnsafeMutablePointer<Double>?,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  get(session, key, result, error) { value throws(Failure) in try value.double }
}

@implementation @_cdecl("swiftsession_get_time")
public func swiftsession_get_time(
  _ session: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ result: UnsafeMutablePointer<Int64>?,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  get(session, key, result, error) { value throws(Failure) in try value.time.seconds }
}

@implementation @_cdecl("swiftsession_get_string")
public func swiftsession_get_string(
  _ session: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ result: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
  _ size: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  lend(session, key, LoanKey.text, error) { value throws(Failure) in
    try value.text.bytes
  } to: { loan in
    result?.pointee = loan.characters
    size?.pointee = loan.count
  }
}

@implementation @_cdecl("swiftsession_get_bytes")
public func swiftsession_get_bytes(
  _ session: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ result: UnsafeMutablePointer<UnsafeRawPointer?>?,
  _ size: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  lend(session, key, LoanKey.bytes, error) { value throws(Failure) in
    try value.bytes
  } to: { loan in
    result?.pointee = UnsafeRawPointer(loan.start)
    size?.pointee = loan.count
  }
}

@implementation @_cdecl("swiftsession_get_json")
public func swiftsession_get_json(
  _ session: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ result: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
  _ size: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  lend(session, key, LoanKey.json, error) { value throws(Failure) in
    try TaggedJSON.encode(value, style: .exact)
  } to: { loan in
    result?.pointee = loan.characters
    size?.pointee = loan.count
  }
}

@implementation @_cdecl("swiftsession_count")
public func swiftsession_count(_ session: OpaquePointer?) -> Int {
  answer(session) { session throws(Failure) in try session.entries().count } ?? 0
}

@implementation @_cdecl("swiftsession_key")
public func swiftsession_key(
  _ session: OpaquePointer?, _ index: Int, _ key: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
  _ size: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let handle = try SessionHandle.require(session)
    let entries = try handle.reading.entries()
    guard entries.indices.contains(index) else {
      throw Failure(.notFound, "The session has \(entries.count) keys; there is none at \(index).")
    }
    let loan = try handle.lend(.key(index)) { () throws(Failure) in try entries[index].key.text.bytes }
    key?.pointee = loan.characters
    size?.pointee = loan.count
  }
}

@implementation @_cdecl("swiftsession_permanent")
public func swiftsession_permanent(_ session: OpaquePointer?) -> Int32 {
  answer(session) { session throws(Failure) in
    try session.load()
    session.accessed = true
    return session.isPermanent
  } == true ? 1 : 0
}

@implementation @_cdecl("swiftsession_modified")
public func swiftsession_modified(_ session: OpaquePointer?) -> Int32 {
  SessionHandle.find(session)?.reading.modified == true ? 1 : 0
}

@implementation @_cdecl("swiftsession_accessed")
public func swiftsession_accessed(_ session: OpaquePointer?) -> Int32 {
  SessionHandle.find(session)?.reading.accessed == true ? 1 : 0
}

@implementation @_cdecl("swiftsession_payload")
public func swiftsession_payload(
  _ session: OpaquePointer?, _ codec: UnsafePointer<CChar>?, _ payload: UnsafeMutablePointer<UnsafeRawPointer?>?,
  _ size: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let handle = try SessionHandle.require(session)
    let codec = try payloadCodec(try text(codec, "codec"))
    let loan = try handle.lend(.payload(codec)) { () throws(Failure) in try handle.reading.payload(codec) }
    payload?.pointee = UnsafeRawPointer(loan.start)
    size?.pointee = loan.count
  }
}

/// What a function without a status answers; nil for what is no session, and when the store fails.
private func answer<Answer>(
  _ session: OpaquePointer?, _ body: (Session) throws(Failure) -> Answer?
) -> Answer? {
  guard let session = SessionHandle.find(session)?.reading else { return nil }
  do throws(Failure) {
    return try body(session)
  } catch {
    return nil
  }
}

/// Reads one value into the caller's variable.
private func get<Result>(
  _ session: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ result: UnsafeMutablePointer<Result>?,
  _ error: ErrorPointer?, _ read: (Value) throws(Failure) -> Result
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let key = try text(key, "key")
    let value = try value(try SessionHandle.require(session), key)
    let found = try naming(key) { () throws(Failure) in try read(value) }
    result?.pointee = found
  }
}

/// Lends one value as bytes.
private func lend(
  _ session: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ loanKey: (Text) -> LoanKey, _ error: ErrorPointer?,
  _ read: (Value) throws(Failure) -> [UInt8], to give: (Loan) -> Void
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let handle = try SessionHandle.require(session)
    let key = try text(key, "key")
    let loan = try handle.lend(loanKey(key)) { () throws(Failure) in
      let value = try value(handle, key)
      return try naming(key) { () throws(Failure) in try read(value) }
    }
    give(loan)
  }
}

/// What is wrong with a value is said with its key.
private func naming<Result>(_ key: Text, _ read: () throws(Failure) -> Result) throws(Failure) -> Result {
  do throws(Failure) {
    return try read()
  } catch {
    throw Failure(error.status, "The key '\(key.string)': \(error.message)")
  }
}

private func value(_ handle: SessionHandle, _ key: Text) throws(Failure) -> Value {
  guard let value = try handle.reading.value(key) else { throw noKey(key) }
  return value
}

func noKey(_ key: Text) -> Failure {
  Failure(.notFound, "The session has no key '\(key.string)'.")
}

func payloadCodec(_ name: Text) throws(Failure) -> PayloadCodec {
  guard let codec = PayloadCodec(name) else {
    throw Failure(
      .argument,
      "There is no codec '\(name.string)'; there are flask, tagged, json, msgpack, pickle0, pickle4, pickle5.")
  }
  return codec
}

extension Value {
  /// The `SWIFTSESSION_TYPE_*` of the C header.
  fileprivate var type: Int32 {
    switch self {
    case .null: Int32(SWIFTSESSION_TYPE_NULL)
    case .bool: Int32(SWIFTSESSION_TYPE_BOOL)
    case .integer, .unsigned, .wide: Int32(SWIFTSESSION_TYPE_INTEGER)
    case .double: Int32(SWIFTSESSION_TYPE_DOUBLE)
    case .text: Int32(SWIFTSESSION_TYPE_STRING)
    case .bytes: Int32(SWIFTSESSION_TYPE_BYTES)
    case .time: Int32(SWIFTSESSION_TYPE_TIME)
    case .uuid: Int32(SWIFTSESSION_TYPE_UUID)
    case .markup: Int32(SWIFTSESSION_TYPE_MARKUP)
    case .array: Int32(SWIFTSESSION_TYPE_ARRAY)
    case .tuple: Int32(SWIFTSESSION_TYPE_TUPLE)
    case .map: Int32(SWIFTSESSION_TYPE_MAP)
    }
  }
}
