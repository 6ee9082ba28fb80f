// SPDX-License-Identifier: Apache-2.0
internal import Support

/// From when to when a key is good, both seconds included.
package struct Validity: Sendable {
  /// Seconds since 1970-01-01T00:00:00Z.
  package let notBefore: Int64
  package let notAfter: Int64

  package static var always: Validity { Validity(notBefore: .min, notAfter: .max) }

  package init(notBefore: Int64, notAfter: Int64) {
    self.notBefore = notBefore
    self.notAfter = notAfter
  }

  /// For how long a key is verified with before anything is made with it, and how far clocks of servers may differ:
  /// what the fastest clock makes, the slowest one opens.
  package static var settling: Int64 { 60 }

  package func includes(_ now: Int64) -> Bool {
    notBefore <= now && now <= notAfter
  }

  /// Whether the key is good on every server, however its clock differs.
  func isSettled(_ now: Int64) -> Bool {
    notBefore.addingClamped(Validity.settling) <= now && now <= notAfter
  }
}

/// What may be used at some times only.
package protocol Dated {
  var validity: Validity { get }
}

extension Array where Element: Dated {
  /// Where the key stands that new messages are made with: the first one that is good on every server; where there is none yet, the first one
  /// that is good here.
  ///
  /// The array has the newest key first.
  package func makingIndex(_ now: Int64) -> Int? {
    firstIndex { $0.validity.isSettled(now) } ?? firstIndex { $0.validity.includes(now) }
  }
}
