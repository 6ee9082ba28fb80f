// SPDX-License-Identifier: Apache-2.0
#if MongoDB
  internal import Stores
  internal import Support

  /// The indexes of a collection of sessions: Flask-Session's on `expiration`, by which the server removes what has ended,
  /// and ours on `id`, without which each find reads the whole collection.
  enum MongoDBIndexes {
    /// Makes what is missing. True: the one on `id` keeps two documents of one id apart.
    ///
    /// It cannot be made unique over duplicates that are there, nor where an index on `id` is of another kind, or by who
    /// may not make any. The store then takes other means.
    static func make(
      _ collection: Text, _ connection: MongoDBConnection, _ deadline: Deadline
    ) throws(Failure) -> Bool {
      if try isMade([ending, id(isUnique: true)], collection, connection, deadline) { return true }
      _ = try isMade([ending], collection, connection, deadline)
      if try isMade([id(isUnique: true)], collection, connection, deadline) { return true }
      _ = try isMade([id(isUnique: false)], collection, connection, deadline)
      return false
    }

    private static var ending: BSON {
      BSON(
        ("key", .document(BSON(("expiration", .number(1))))), ("name", .word("expiration_1")),
        ("expireAfterSeconds", .number(0)))
    }

    private static func id(isUnique: Bool) -> BSON {
      var index = BSON(("key", .document(BSON(("id", .number(1))))), ("name", .word("id_1")))
      if isUnique { index.add("unique", .flag(true)) }
      return index
    }

    private static func isMade(
      _ indexes: [BSON], _ collection: Text, _ connection: MongoDBConnection, _ deadline: Deadline
    ) throws(Failure) -> Bool {
      let command = BSON(
        ("createIndexes", .text(collection)), ("indexes", .array(indexes.map { BSON.Value.document($0) })))
      do throws(Failure) {
        _ = try connection.run(command, deadline)
        return true
      } catch {
        // No right to it, two options for one index, two names for one index, duplicates.
        guard [13, 85, 86, 11_000].contains(error.native) else { throw error }
        return false
      }
    }
  }
#endif
