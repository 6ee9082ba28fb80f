// SPDX-License-Identifier: Apache-2.0
internal import CSwiftSession
internal import Support

@implementation @_cdecl("swiftsession_version")
public func swiftsession_version() -> UnsafePointer<CChar>? {
  pointer(to: "0.1.0")
}

/// The bytes of a literal, which live as long as the library and end with a zero byte.
func pointer(to literal: StaticString) -> UnsafePointer<CChar> {
  UnsafeRawPointer(literal.utf8Start).assumingMemoryBound(to: CChar.self)
}
