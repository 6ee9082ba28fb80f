// SPDX-License-Identifier: Apache-2.0
#if MongoDB
  internal import Stores
  internal import Support

  /// The commands on a collection of sessions, as documents.
  struct MongoDBCommands {
    /// What a command may hold of records: 16 MiB without the names and numbers around them.
    static var largest: Int { (16 << 20) - 4096 }

    let collection: Text

    /// In the time of the documents, which is in milliseconds; the end of time where that is more than a number holds.
    private func milliseconds(_ seconds: Int64) -> Int64 {
      let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
      return overflow ? (seconds < 0 ? .min : .max) : product
    }

    func end(_ timeToLive: Int64, _ call: Call) -> Int64 {
      milliseconds(call.expiry(timeToLive))
    }

    /// Rounded up.
    func seconds(until end: Int64, _ call: Call) -> Int64 {
      let (left, overflow) = end.subtractingReportingOverflow(milliseconds(call.now))
      return overflow ? .max : left / 1_000 + (left % 1_000 > 0 ? 1 : 0)
    }

    // MARK: Filters

    /// Of no other type than a date, and later than now.
    private func isLater(_ call: Call) -> BSON {
      BSON(("$gt", .date(milliseconds(call.now))))
    }

    private func live(_ key: Text, _ call: Call) -> BSON {
      BSON(("id", .text(key)), ("expiration", .document(isLater(call))))
    }

    private func live(_ key: Text, _ record: [UInt8], _ call: Call) -> BSON {
      BSON(("id", .text(key)), ("val", .binary(record)), ("expiration", .document(isLater(call))))
    }

    /// Flask-Session before 0.6 writes null for a session that is not permanent, and can never read it again.
    private func ended(_ call: Call) -> BSON.Value {
      .array([
        .document(BSON(("expiration", .document(BSON(("$lte", .date(milliseconds(call.now)))))))),
        .document(BSON(("expiration", .document(BSON(("$type", .number(Int32(BSONField.null)))))))),
      ])
    }

    // MARK: Commands

    /// Where there may be several it is the one that ends last, and whether there is another.
    func find(_ key: Text, isUnique: Bool, _ call: Call) -> BSON {
      var command = BSON(("find", .text(collection)), ("filter", .document(live(key, call))))
      if !isUnique { command.add("sort", .document(latestFirst)) }
      command.add("projection", .document(BSON(("val", .number(1)), ("expiration", .number(1)))))
      command.add("limit", .number(isUnique ? 1 : 2))
      command.add("singleBatch", .flag(true))
      return command
    }

    private var latestFirst: BSON { BSON(("expiration", .number(-1)), ("_id", .number(-1))) }

    /// A new document has an `_id` made of its key, of which there can be one only.
    func create(_ key: Text, _ record: [UInt8], timeToLive: Int64, _ call: Call) -> BSON {
      let filter = BSON(
        ("id", .text(key)), ("expiration", .document(BSON(("$not", .document(isLater(call)))))))
      let change = BSON(
        ("$set", .document(fields(record, timeToLive, call))), ("$setOnInsert", .document(BSON(("_id", .text(key))))))
      return update(BSON(("q", .document(filter)), ("u", .document(change)), ("upsert", .flag(true))))
    }

    func replace(_ key: Text, _ old: [UInt8], with record: [UInt8], timeToLive: Int64, _ call: Call) -> BSON {
      update(
        BSON(
          ("q", .document(live(key, old, call))),
          ("u", .document(BSON(("$set", .document(fields(record, timeToLive, call)))))), ("multi", .flag(true))))
    }

    private func fields(_ record: [UInt8], _ timeToLive: Int64, _ call: Call) -> BSON {
      BSON(("val", .binary(record)), ("expiration", .date(end(timeToLive, call))))
    }

    func touch(_ key: Text, timeToLive: Int64, reads field: StaticString, isUnique: Bool, _ call: Call) -> BSON {
      let change = BSON(("$set", .document(BSON(("expiration", .date(end(timeToLive, call)))))))
      var command = BSON(
        ("findAndModify", .text(collection)), ("query", .document(live(key, call))), ("update", .document(change)),
        ("fields", .document(BSON((field, .number(1))))))
      if !isUnique { command.add("sort", .document(latestFirst)) }
      return safely(command)
    }

    func remove(_ key: Text) -> BSON {
      delete(BSON(("id", .text(key))))
    }

    func remove(_ key: Text, _ record: [UInt8], _ call: Call) -> BSON {
      delete(live(key, record, call))
    }

    func removeOthers(_ key: Text, than id: BSONField, until end: Int64) -> BSON {
      delete(
        BSON(
          ("id", .text(key)), ("_id", .document(BSON(("$ne", .copy(id))))),
          ("expiration", .document(BSON(("$lte", .date(end)))))))
    }

    func list(after place: Text, limit: Int) -> BSON {
      BSON(
        ("find", .text(collection)),
        ("filter", .document(BSON(("id", .document(BSON(("$gt", .text(place)))))))),
        ("sort", .document(BSON(("id", .number(1))))),
        ("projection", .document(BSON(("id", .number(1)), ("_id", .number(0))))),
        ("limit", .number(Int32(clamping: limit))), ("batchSize", .number(Int32(clamping: limit))),
        ("singleBatch", .flag(true)))
    }

    func ended(limit: Int, _ call: Call) -> BSON {
      BSON(
        ("find", .text(collection)), ("filter", .document(BSON(("$or", ended(call))))),
        ("projection", .document(BSON(("_id", .number(1))))), ("limit", .number(Int32(clamping: limit))),
        ("batchSize", .number(Int32(clamping: limit))), ("singleBatch", .flag(true)))
    }

    func removeEnded(_ documents: [BSON.Value], _ call: Call) -> BSON {
      delete(BSON(("_id", .document(BSON(("$in", .array(documents))))), ("$or", ended(call))))
    }

    private func update(_ update: BSON) -> BSON {
      safely(BSON(("update", .text(collection)), ("updates", .array([.document(update)]))))
    }

    private func delete(_ filter: BSON) -> BSON {
      let delete = BSON(("q", .document(filter)), ("limit", .number(0)))
      return safely(BSON(("delete", .text(collection)), ("deletes", .array([.document(delete)]))))
    }

    /// Answered when it is in the journals of most members.
    private func safely(_ command: BSON) -> BSON {
      var command = command
      command.add("writeConcern", .document(BSON(("w", .word("majority")), ("j", .flag(true)))))
      return command
    }
  }
#endif
