// SPDX-License-Identifier: Apache-2.0
package import Support

/// Where records are kept: bytes under a key with a time to live, and a compare-and-set on them.
///
/// Every store answers as written here; `Tests/StoreTests/Contract` holds it to that.
/// - Any thread may call any time, and a forked child too. No call lasts longer than its deadline, as far as the client
///   library allows.
/// - A record whose time has come does not exist for any operation, whatever the server still holds: with a time to
///   live of n it is there at `now + n - 1` and not at `now + n`.
/// - Keys are 1 to `largestKey` bytes of any value and are compared byte for byte; a store that cannot hold one, such as
///   memcached, throws ARGUMENT. Times to live are 1 second or more; less is ARGUMENT.
/// - Thrown is what leaves the record as it was, as far as anyone can know: UNAVAILABLE, TIMEOUT, AUTH, BACKEND, CONFIG,
///   TOO_LARGE. A write that went out unanswered is not thrown but answered `unknown`, and never sent again; `load`,
///   `touch`, `refresh`, `remove(key)` and `ping` may be repeated once, and throw when that fails too.
package protocol SessionStore: AnyObject, Sendable {
  /// Bytes of a key, prefix and id.
  var largestKey: Int { get }

  /// Bytes; a larger record is TOO_LARGE and what was there before stays. Nil: memory is the limit.
  var largestRecord: Int? { get }

  /// The live record under a key. Reads that feed a compare go to the primary.
  func load(_ key: Text, _ call: Call) throws(Failure) -> StoredRecord?

  /// Puts a record where no live one is. Never overwrites one.
  func create(_ key: Text, _ record: [UInt8], timeToLive: Int64, _ call: Call) throws(Failure) -> Creation

  /// Puts a record in the place of the one that the token is of. Never creates; always sets the full time to live.
  func replace(_ key: Text, _ record: [UInt8], timeToLive: Int64, token: Token, _ call: Call) throws(Failure)
    -> Replacement

  /// Sets the full time to live. Never creates, never writes the record. False: there is none.
  func touch(_ key: Text, timeToLive: Int64, _ call: Call) throws(Failure) -> Bool

  /// Sets the full time to live and reads the record, in one round trip where the server can. Nil: there is none.
  func refresh(_ key: Text, timeToLive: Int64, _ call: Call) throws(Failure) -> StoredRecord?

  /// Afterwards there is no record under the key, whether or not there was one.
  func remove(_ key: Text, _ call: Call) throws(Failure)

  /// Removes the record that the token is of.
  func remove(_ key: Text, token: Token, _ call: Call) throws(Failure) -> Removal

  /// Removes at most `limit` records whose time has come. True: there may be more, call again. A server that expires
  /// records itself answers false.
  func sweep(limit: Int, _ call: Call) throws(Failure) -> Bool

  /// At most about `limit` of the keys that begin with `prefix`, in an order of the store's; others may be among them,
  /// and some whose record has ended. From the first list to the one without a `next`, each key that was there all the
  /// time is listed once at least.
  ///
  /// - Parameters:
  ///   - place: nothing for the first list, then what `next` of the last one was.
  /// - Throws: UNSUPPORTED where keys cannot be listed, or are not kept.
  func list(_ prefix: Text, after place: [UInt8], limit: Int, _ call: Call) throws(Failure) -> KeyList

  /// Whether the store can be reached and used.
  func ping(_ call: Call) throws(Failure)

  /// Makes the tables and indexes that are missing. The first call of a connection does so too.
  func prepare(_ call: Call) throws(Failure)
}

extension SessionStore {
  package var largestKey: Int { StoreLimits.usualKey }

  package func list(_ prefix: Text, after place: [UInt8], limit: Int, _ call: Call) throws(Failure) -> KeyList {
    throw Failure(.unsupported, "This store cannot list its keys.")
  }

  package func refresh(_ key: Text, timeToLive: Int64, _ call: Call) throws(Failure) -> StoredRecord? {
    guard try touch(key, timeToLive: timeToLive, call) else { return nil }
    return try load(key, call)
  }
}
