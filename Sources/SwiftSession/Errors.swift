// SPDX-License-Identifier: Apache-2.0
internal import CSupport
public import CSwiftSession
internal import Support

@implementation @_cdecl("swiftsession_status_name")
public func swiftsession_status_name(_ status: swiftsession_status) -> UnsafePointer<CChar>? {
  Status(rawValue: status).map { pointer(to: $0.name) }
}

@implementation @_cdecl("swiftsession_strerror")
public func swiftsession_strerror(_ status: swiftsession_status) -> UnsafePointer<CChar>? {
  pointer(to: Status(rawValue: status)?.meaning ?? "This is not a status of libswiftsession.")
}

@implementation @_cdecl("swiftsession_free")
public func swiftsession_free(_ memory: UnsafeMutableRawPointer?) {
  free(memory)
}

/// The caller's error struct, which may be NULL.
typealias ErrorPointer = UnsafeMutablePointer<swiftsession_error>

/// Runs the body of an export: what it throws becomes the status, and fills the caller's struct.
func report(_ error: ErrorPointer?, _ body: () throws(Failure) -> Void) -> swiftsession_status {
  do throws(Failure) {
    try body()
    if let error {
      error.pointee.status = Status.ok.rawValue
      error.pointee.native = 0
      error.pointee.message.0 = 0
    }
    return Status.ok.rawValue
  } catch let failure {
    if let error {
      write(failure, to: error)
    }
    return failure.status.rawValue
  }
}

private func write(_ failure: Failure, to error: ErrorPointer) {
  error.pointee.status = failure.status.rawValue
  error.pointee.native = failure.native
  withUnsafeMutableBytes(of: &error.pointee.message) { message in
    var count = 0
    for byte in failure.message.utf8 where byte != 0 {
      guard count < message.count - 1 else {
        // Cut between two characters, not within one.
        while count > 0, message[count - 1] & 0xC0 == 0x80 { count -= 1 }
        if count > 0, message[count - 1] >= 0xC0 { count -= 1 }
        break
      }
      message[count] = byte
      count += 1
    }
    message[count] = 0
  }
}

extension Status {
  var meaning: StaticString {
    switch self {
    case .ok: "Success."
    case .argument: "An argument is NULL, a handle of another type, or text that is not UTF-8."
    case .config: "A setting is unknown, wrong, missing, or contradicts another one."
    case .unsupported: "This is not in this build or this release of the library."
    case .unavailable: "The store or its client library is not there, or was lost on the way."
    case .notFound: "There is nothing under this key or id."
    case .wrongType: "There is a value, but of another type."
    case .exists: "There is one already."
    case .expired: "The value is too old, or dated in the future."
    case .tampered: "None of the keys signed this value."
    case .malformed: "The value is not in the format that is due."
    case .tooLarge: "The value is above a limit of size, depth or count."
    case .timeout: "The deadline of the call passed."
    case .auth: "The server refused the credentials, or they lack a right."
    case .backend: "The server refused the command, or answered what its protocol does not allow."
    case .conflict: "The changes cannot be merged, or others kept writing until the deadline."
    case .gone: "The session was ended elsewhere; nothing was stored."
    case .crypto: "libcrypto refused."
    case .internal: "A fault of this library, or no memory."
    }
  }
}
