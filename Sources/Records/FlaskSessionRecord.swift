// SPDX-License-Identifier: Apache-2.0
package import Support
package import Values

/// A record as Flask-Session keeps it: the values in one codec, whichever it is read in.
package struct FlaskSessionRecord: Sendable {
  /// What records are written in.
  private let written: PayloadCodec

  /// - Parameter written: `messagePack`, `json`, a `pickle`, or `flask`, which Flask-Session does not write.
  package init(_ written: PayloadCodec) {
    self.written = written
  }

  // Neither is inlined, or each way to write a record would hold copies of all codecs.
  @inline(never)
  package func encode(_ values: Map) throws(Failure) -> [UInt8] {
    try written.encode(values)
  }

  /// A pickle is known by how it begins. For the rest MessagePack and JSON are tried, first the one that is written: no
  /// map is a map in both.
  ///
  /// - Throws: MALFORMED for bytes that no codec reads as a map, TOO_LARGE above a limit.
  @inline(never)
  package func decode(_ record: [UInt8]) throws(Failure) -> Map {
    if Pickle.begins(record) { return try PayloadCodec.pickle(.five).decode(record).map }
    if case .flask = written, let decoded = try? written.decode(record), decoded.isExact { return decoded.map }
    let isJSONFirst = if case .json = written { true } else { false }
    do throws(Failure) {
      return try (isJSONFirst ? PayloadCodec.json : .messagePack).decode(record).map
    } catch {
      // What is wrong is said by the codec that is due, not by the one that was tried after it.
      guard error.status == .malformed,
        let decoded = try? (isJSONFirst ? PayloadCodec.messagePack : .json).decode(record)
      else { throw error }
      return decoded.map
    }
  }
}
