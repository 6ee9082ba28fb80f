// SPDX-License-Identifier: Apache-2.0
public import CSwiftSession
internal import CSupport
internal import Stores
internal import Support

@implementation @_cdecl("swiftsession_store_open")
public func swiftsession_store_open(
  _ config: OpaquePointer?, _ store: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let config = try required(config, .config, as: ConfigHandle.self)
    let place = try place(store, "store")
    place.pointee = try StoreHandle.open(config.settings).retained()
  }
}

@implementation @_cdecl("swiftsession_store_free")
public func swiftsession_store_free(_ store: OpaquePointer?) {
  Handle.free(store, .store)
}

@implementation @_cdecl("swiftsession_store_set_clock")
public func swiftsession_store_set_clock(
  _ store: OpaquePointer?, _ clock: swiftsession_clock?, _ context: UnsafeMutableRawPointer?,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    try handle(store).clock = Clock(clock, context: context)
  }
}

@implementation @_cdecl("swiftsession_store_load")
public func swiftsession_store_load(
  _ store: OpaquePointer?, _ key: UnsafeRawPointer?, _ keySize: Int,
  _ record: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ size: UnsafeMutablePointer<Int>?,
  _ token: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ tokenSize: UnsafeMutablePointer<Int>?,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let handle = try handle(store)
    guard let found = try handle.store.load(try storeKey(key, keySize), handle.call) else {
      throw Failure(.notFound, "The store has no live record under this key.")
    }
    let tokenBytes = token == nil && tokenSize == nil ? [] : found.token.encoded
    let recordCopy = try record.map { _ throws(Failure) in try copied(found.record) }
    do throws(Failure) {
      if let token { token.pointee = try copied(tokenBytes) }
    } catch {
      free(recordCopy)
      throw error
    }
    if let record { record.pointee = recordCopy }
    size?.pointee = found.record.count
    tokenSize?.pointee = tokenBytes.count
  }
}

@implementation @_cdecl("swiftsession_store_create")
public func swiftsession_store_create(
  _ store: OpaquePointer?, _ key: UnsafeRawPointer?, _ keySize: Int, _ record: UnsafeRawPointer?, _ size: Int,
  _ timeToLive: Int64, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let handle = try handle(store)
    let key = try storeKey(key, keySize)
    let record = Array(try data(record, size, "record"))
    switch try handle.store.create(key, record, timeToLive: timeToLive, handle.call) {
    case .created: return
    case .exists: throw Failure(.exists, "The store has a live record under this key; nothing was stored.")
    case .unknown: throw unknownOutcome
    }
  }
}

@implementation @_cdecl("swiftsession_store_replace")
public func swiftsession_store_replace(
  _ store: OpaquePointer?, _ key: UnsafeRawPointer?, _ keySize: Int, _ record: UnsafeRawPointer?, _ size: Int,
  _ timeToLive: Int64, _ token: UnsafeRawPointer?, _ tokenSize: Int, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let handle = try handle(store)
    let key = try storeKey(key, keySize)
    let record = Array(try data(record, size, "record"))
    let token = try storeToken(token, tokenSize)
    switch try handle.store.replace(key, record, timeToLive: timeToLive, token: token, handle.call) {
    case .replaced: return
    case .changed: throw anotherRecord
    case .gone: throw noRecord
    case .unknown: throw unknownOutcome
    }
  }
}

@implementation @_cdecl("swiftsession_store_touch")
public func swiftsession_store_touch(
  _ store: OpaquePointer?, _ key: UnsafeRawPointer?, _ keySize: Int, _ timeToLive: Int64,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let handle = try handle(store)
    let key = try storeKey(key, keySize)
    guard try handle.store.touch(key, timeToLive: timeToLive, handle.call) else { throw noRecord }
  }
}

@implementation @_cdecl("swiftsession_store_remove")
public func swiftsession_store_remove(
  _ store: OpaquePointer?, _ key: UnsafeRawPointer?, _ keySize: Int, _ token: UnsafeRawPointer?, _ tokenSize: Int,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let handle = try handle(store)
    let key = try storeKey(key, keySize)
    if token == nil && tokenSize == 0 { return try handle.store.remove(key, handle.call) }
    switch try handle.store.remove(key, token: try storeToken(token, tokenSize), handle.call) {
    case .removed: return
    case .changed: throw anotherRecord
    case .gone: throw noRecord
    case .unknown: throw unknownOutcome
    }
  }
}

private func handle(_ store: OpaquePointer?) throws(Failure) -> StoreHandle {
  try required(store, .store, as: StoreHandle.self)
}

private func storeKey(_ key: UnsafeRawPointer?, _ size: Int) throws(Failure) -> Text {
  Text(Array(try data(key, size, "key")))
}

private func storeToken(_ token: UnsafeRawPointer?, _ size: Int) throws(Failure) -> Token {
  guard let token = Token(encoded: try data(token, size, "token")) else {
    throw Failure(.argument, "The token is not one that swiftsession_store_load gave.")
  }
  return token
}

private var anotherRecord: Failure {
  Failure(.conflict, "Another record is in the store by now; nothing was changed. Load it and try again.")
}

private var noRecord: Failure {
  Failure(.gone, "The store has no live record under this key any more; nothing was changed.")
}

private var unknownOutcome: Failure {
  Failure(.unavailable, "The store did not answer, so the outcome is unknown: load the record to see what is there.")
}

extension Token {
  /// As C callers carry it: one byte for the kind, then the bytes or the number.
  fileprivate var encoded: [UInt8] {
    switch self {
    case .bytes(let bytes): [1] + bytes
    case .number(let number): [2] + (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
    }
  }

  fileprivate init?(encoded: UnsafeBufferPointer<UInt8>) {
    switch encoded.first {
    case 1: self = .bytes(Array(encoded.dropFirst()))
    case 2 where encoded.count == 9:
      self = .number(encoded.dropFirst().reversed().reduce(0) { $0 << 8 | UInt64($1) })
    default: return nil
    }
  }
}
