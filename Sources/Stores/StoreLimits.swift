// SPDX-License-Identifier: Apache-2.0
package import Support

/// What a store checks before it sends anything.
package struct StoreLimits: Sendable {
  package let largestKey: Int

  /// What every store takes but those that say otherwise, such as memcached: the width of Flask-Session's column.
  package static var usualKey: Int { 255 }

  /// Bytes; nil: memory is the limit.
  package let largestRecord: Int?

  package init(largestKey: Int = StoreLimits.usualKey, largestRecord: Int?) {
    self.largestKey = largestKey
    self.largestRecord = largestRecord
  }

  package func check(_ key: Text) throws(Failure) {
    guard 1...largestKey ~= key.count else {
      throw Failure(.argument, "A key has \(key.count) bytes; it must have 1 to \(largestKey)")
    }
  }

  package func check(_ key: Text, timeToLive: Int64) throws(Failure) {
    try check(key)
    guard timeToLive >= 1 else {
      throw Failure(.argument, "A time to live is \(timeToLive) seconds; it must be 1 or more")
    }
  }

  package func check(_ key: Text, _ record: [UInt8], timeToLive: Int64) throws(Failure) {
    try check(key, timeToLive: timeToLive)
    if let largestRecord, record.count > largestRecord {
      throw Failure(.tooLarge, "A session of \(record.count) bytes is larger than the store takes (\(largestRecord))")
    }
  }
}
