// SPDX-License-Identifier: Apache-2.0
internal import Stores
internal import Support
internal import Values

/// A record as a request saw it last: what the next compare goes against, and what changes are replayed on.
///
/// An object: of a value of so many parts the copies were 13 KB of the library.
final class SeenRecord {
  /// Under which it is stored.
  let id: Text
  let values: Map
  /// Nil where the record does not say.
  let life: SessionLife?
  let bytes: [UInt8]
  /// Nil where the server did not tell at the last write.
  let token: Token?
  /// Seconds that the record had still when it was read; nil where the store does not tell, and after a write.
  let remaining: Int64?

  init(id: Text, values: Map, life: SessionLife?, bytes: [UInt8], token: Token?, remaining: Int64? = nil) {
    self.id = id
    self.values = values
    self.life = life
    self.bytes = bytes
    self.token = token
    self.remaining = remaining
  }
}
