// SPDX-License-Identifier: Apache-2.0
internal import CSupport
internal import Support

/// Bytes that nobody can guess, from the system's source.
func randomBytes(_ count: Int) throws(Failure) -> [UInt8] {
  var problem: Int32 = 0
  let bytes = [UInt8](unsafeUninitializedCapacity: count) { output, written in
    problem = csupport_random(output.baseAddress, count)
    written = problem == 0 ? count : 0
  }
  guard problem == 0 else {
    throw Failure(.internal, "The system gave no random bytes for a session.", native: problem)
  }
  return bytes
}
