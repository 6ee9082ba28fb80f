// SPDX-License-Identifier: Apache-2.0
internal import CSupport
internal import Support

/// What a C caller holds. The kind is stored, so that a live handle of another type is told apart.
class Handle {
  final let kind: Kind

  enum Kind: UInt8 {
    case config = 1
    case manager
    case session
    case signer
    case store

    var name: StaticString {
      switch self {
      case .config: "config"
      case .manager: "manager"
      case .session: "session"
      case .signer: "signer"
      case .store: "store"
      }
    }
  }

  init(_ kind: Kind) {
    self.kind = kind
  }

  /// The pointer that stands for one reference to this object, until `free`.
  final func retained() -> OpaquePointer {
    OpaquePointer(Unmanaged.passRetained(self).toOpaque())
  }

  /// Drops the caller's reference. NULL and a handle of another type are left alone.
  static func free(_ pointer: OpaquePointer?, _ kind: Kind) {
    guard let pointer else { return }
    let handle = Unmanaged<Handle>.fromOpaque(UnsafeRawPointer(pointer))
    guard handle.takeUnretainedValue().kind == kind else { return }
    handle.release()
  }
}

/// The object behind a handle; nil for NULL and for a handle of another type.
func object<Object: Handle>(_ pointer: OpaquePointer?, _ kind: Handle.Kind, as type: Object.Type) -> Object? {
  guard let pointer else { return nil }
  let handle = Unmanaged<Handle>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue()
  return handle.kind == kind ? unsafeDowncast(handle, to: type) : nil
}

/// The object behind a handle that has to be there.
func required<Object: Handle>(
  _ pointer: OpaquePointer?, _ kind: Handle.Kind, as type: Object.Type
) throws(Failure) -> Object {
  guard let object = object(pointer, kind, as: type) else {
    let wrong = pointer == nil ? "is NULL" : "is a handle of another type"
    throw Failure(.argument, "The \(kind.name) \(wrong); give one that was made by libswiftsession.")
  }
  return object
}

/// The seed of the hash tables is made here, when the library is loaded: see CSupport.
@_cdecl("swiftsession_warm_up")
func warmUp() {
  var hasher = Hasher()
  hasher.combine(0)
  _ = hasher.finalize()
}
