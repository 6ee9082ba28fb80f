// SPDX-License-Identifier: Apache-2.0
internal import CSupport
public import CSwiftSession
internal import Cookies
internal import Support

@implementation @_cdecl("swiftsession_signer_new")
public func swiftsession_signer_new(
  _ signer: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let signer = try place(signer, "signer")
    signer.pointee = try SignerHandle.make().retained()
  }
}

@implementation @_cdecl("swiftsession_signer_free")
public func swiftsession_signer_free(_ signer: OpaquePointer?) {
  Handle.free(signer, .signer)
}

@implementation @_cdecl("swiftsession_signer_set")
public func swiftsession_signer_set(
  _ signer: OpaquePointer?, _ option: UnsafePointer<CChar>?, _ value: UnsafeRawPointer?, _ size: Int,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    try handle(signer).set(try text(option, "option"), try data(value, size, "value"))
  }
}

@implementation @_cdecl("swiftsession_signer_add_key")
public func swiftsession_signer_add_key(
  _ signer: OpaquePointer?, _ key: UnsafeRawPointer?, _ size: Int, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    try handle(signer).add(Secret(try data(key, size, "key")))
  }
}

@implementation @_cdecl("swiftsession_signer_sign")
public func swiftsession_signer_sign(
  _ signer: OpaquePointer?, _ value: UnsafeRawPointer?, _ size: Int, _ now: Int64,
  _ signedValue: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ signedSize: UnsafeMutablePointer<Int>?,
  _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let handle = try handle(signer)
    let data = try data(value, size, "value")
    let (text, count) = try handle.seals ? seal(data, handle, now) : sign(data, handle, now)
    if let signedValue {
      signedValue.pointee = UnsafeMutableRawPointer(text).assumingMemoryBound(to: CChar.self)
    } else {
      free(text)
    }
    signedSize?.pointee = count
  }
}

@implementation @_cdecl("swiftsession_signer_unsign")
public func swiftsession_signer_unsign(
  _ signer: OpaquePointer?, _ signedValue: UnsafeRawPointer?, _ signedSize: Int, _ now: Int64, _ maxAge: Int64,
  _ value: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ size: UnsafeMutablePointer<Int>?,
  _ signedAt: UnsafeMutablePointer<Int64>?, _ error: UnsafeMutablePointer<swiftsession_error>?
) -> swiftsession_status {
  report(error) { () throws(Failure) in
    let handle = try handle(signer)
    let signed = try data(signedValue, signedSize, "signed_value")
    let (copy, count, time) =
      try handle.seals ? open(signed, handle, now, maxAge) : unsign(signed, handle, now, maxAge)
    if let value {
      value.pointee = UnsafeMutableRawPointer(copy)
    } else {
      free(copy)
    }
    size?.pointee = count
    signedAt?.pointee = time
  }
}

private func handle(_ signer: OpaquePointer?) throws(Failure) -> SignerHandle {
  try required(signer, .signer, as: SignerHandle.self)
}

/// The value with its signature, in memory of the caller's.
private func sign(
  _ value: UnsafeBufferPointer<UInt8>, _ handle: SignerHandle, _ now: Int64
) throws(Failure) -> (UnsafeMutablePointer<UInt8>, Int) {
  let signer = TimedSigner(handle.signer)
  let text = try allocate(URLSafePayload.largestCount(value.count) + signer.overhead)
  do throws(Failure) {
    var count = try write(value, handle, to: text)
    if handle.timed {
      count = try signer.sign(text, count: count, issued: now, now: now)
    } else {
      try handle.signer.sign(text, count: count, now: now)
      count += handle.signer.overhead
    }
    text[count] = 0
    return (text, count)
  } catch {
    free(text)
    throw error
  }
}

/// Writes what is signed: the value, or its URL-safe form.
private func write(
  _ value: UnsafeBufferPointer<UInt8>, _ handle: SignerHandle, to text: UnsafeMutablePointer<UInt8>
) throws(Failure) -> Int {
  if handle.urlSafe {
    return try URLSafePayload.encode(value, compresses: handle.compresses, into: text)
  }
  if let start = value.baseAddress {
    memcpy(text, start, value.count)
  }
  return value.count
}

private func unsign(
  _ signed: UnsafeBufferPointer<UInt8>, _ handle: SignerHandle, _ now: Int64, _ maxAge: Int64
) throws(Failure) -> (UnsafeMutablePointer<UInt8>, Int, Int64) {
  let (payload, time) = try verify(signed, handle, now, maxAge)
  let (copy, count) = handle.urlSafe ? try decoded(payload, handle.largestPayload) : try copied(payload)
  return (copy, count, time)
}

/// The value sealed, in memory of the caller's.
private func seal(
  _ value: UnsafeBufferPointer<UInt8>, _ handle: SignerHandle, _ now: Int64
) throws(Failure) -> (UnsafeMutablePointer<UInt8>, Int) {
  let sealing = try handle.sealing()
  let text = try allocate(sealing.largestCount(value.count))
  do throws(Failure) {
    let count = try sealing.seal(value, issued: now, now: now, into: text)
    text[count] = 0
    return (text, count)
  } catch {
    free(text)
    throw error
  }
}

/// What was sealed, in memory of the caller's, and when.
private func open(
  _ sealed: UnsafeBufferPointer<UInt8>, _ handle: SignerHandle, _ now: Int64, _ maxAge: Int64
) throws(Failure) -> (UnsafeMutablePointer<UInt8>, Int, Int64) {
  let sealing = try handle.sealing()
  let size = Base64URL.decodedCount(sealed.count) ?? 0
  let room = try allocate(size)
  do throws(Failure) {
    let opened = try sealing.open(
      sealed, into: UnsafeMutableBufferPointer(start: room, count: size), now: now, maxAge: maxAge < 0 ? nil : maxAge)
    if opened.isCompressed {
      let payload = try URLSafePayload.expand(Array(opened.payload), limit: handle.largestPayload)
      let (copy, count) = try payload.withUnsafeBufferPointer { bytes throws(Failure) in try copied(bytes) }
      free(room)
      return (copy, count, opened.issued)
    }
    if let payload = opened.payload.baseAddress {
      memmove(room, payload, opened.payload.count)
    }
    room[opened.payload.count] = 0
    return (room, opened.payload.count, opened.issued)
  } catch {
    free(room)
    throw error
  }
}

/// What was signed, and when; 0 where the signer is not timed.
private func verify(
  _ signed: UnsafeBufferPointer<UInt8>, _ handle: SignerHandle, _ now: Int64, _ maxAge: Int64
) throws(Failure) -> (UnsafeBufferPointer<UInt8>, Int64) {
  guard handle.timed else { return (try handle.signer.verify(signed, now: now).value, 0) }
  let opened = try TimedSigner(handle.signer).verify(signed, now: now, maxAge: maxAge < 0 ? nil : maxAge)
  return (opened.value, opened.signedAt)
}

private func copied(_ bytes: UnsafeBufferPointer<UInt8>) throws(Failure) -> (UnsafeMutablePointer<UInt8>, Int) {
  let copy = try allocate(bytes.count)
  if let start = bytes.baseAddress {
    memcpy(copy, start, bytes.count)
  }
  copy[bytes.count] = 0
  return (copy, bytes.count)
}

/// The bytes of a URL-safe payload, in memory of the caller's.
private func decoded(
  _ text: UnsafeBufferPointer<UInt8>, _ limit: Int
) throws(Failure) -> (UnsafeMutablePointer<UInt8>, Int) {
  guard !URLSafePayload.isCompressed(text) else {
    return try URLSafePayload.decode(text, limit: limit).withUnsafeBufferPointer { bytes throws(Failure) in
      try copied(bytes)
    }
  }
  guard let count = Base64URL.decodedCount(text.count) else { throw URLSafePayload.notBase64 }
  let bytes = try allocate(count)
  guard Base64URL.decode(text, into: bytes) else {
    free(bytes)
    throw URLSafePayload.notBase64
  }
  bytes[count] = 0
  return (bytes, count)
}
