// SPDX-License-Identifier: Apache-2.0
package import Support
package import Values

/// A record as Flask-Session 0.7 and 0.8 keep it: the values in one codec, whichever it is read in.
package struct FlaskSessionRecord: Sendable {
  /// What records are written in, and tried first when one is read.
  private let written: PayloadCodec
  private let other: PayloadCodec

  /// - Parameter written: `messagePack` or `json`.
  package init(_ written: PayloadCodec) {
    self.written = written
    switch written {
    case .json: other = .messagePack
    default: other = .json
    }
  }

  package func encode(_ values: Map) throws(Failure) -> [UInt8] {
    try written.encode(values)
  }

  /// - Throws: MALFORMED for bytes that neither codec reads as a map, TOO_LARGE above a limit.
  package func decode(_ record: [UInt8]) throws(Failure) -> Map {
    do throws(Failure) {
      return try written.decode(record).map
    } catch {
      // What is wrong is said by the codec that is due, not by the one that was tried after it.
      guard error.status == .malformed, let decoded = try? other.decode(record) else { throw error }
      return decoded.map
    }
  }
}
