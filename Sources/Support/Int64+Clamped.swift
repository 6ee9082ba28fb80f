// SPDX-License-Identifier: Apache-2.0

extension Int64 {
  /// The sum, or the end of the range that it would pass.
  package func addingClamped(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }
}
