// SPDX-License-Identifier: Apache-2.0

extension Status {
  /// As the C header has it, without its prefix.
  @inline(never)
  package var name: StaticString {
    switch self {
    case .ok: "OK"
    case .argument: "ARGUMENT"
    case .config: "CONFIG"
    case .unsupported: "UNSUPPORTED"
    case .unavailable: "UNAVAILABLE"
    case .notFound: "NOT_FOUND"
    case .wrongType: "WRONG_TYPE"
    case .exists: "EXISTS"
    case .expired: "EXPIRED"
    case .tampered: "TAMPERED"
    case .malformed: "MALFORMED"
    case .tooLarge: "TOO_LARGE"
    case .timeout: "TIMEOUT"
    case .auth: "AUTH"
    case .backend: "BACKEND"
    case .conflict: "CONFLICT"
    case .gone: "GONE"
    case .crypto: "CRYPTO"
    case .internal: "INTERNAL"
    }
  }
}
