// SPDX-License-Identifier: Apache-2.0

/// What a call came to: the `swiftsession_status` of the C header, with its numbers.
package enum Status: Int32, Sendable, CaseIterable {
  case ok = 0
  case argument = -1
  case config = -2
  case unsupported = -3
  case unavailable = -4
  case notFound = -5
  case wrongType = -6
  case exists = -7
  case expired = -8
  case tampered = -9
  case malformed = -10
  case tooLarge = -11
  case timeout = -12
  case auth = -13
  case backend = -14
  case conflict = -15
  case gone = -16
  case crypto = -17
  case `internal` = -18
}
