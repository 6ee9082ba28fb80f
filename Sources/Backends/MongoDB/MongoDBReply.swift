// SPDX-License-Identifier: Apache-2.0
#if MongoDB
  internal import Support

  /// What a server answered to a command.
  struct MongoDBReply {
    private let fields: BSONFields

    init(_ bytes: [UInt8]) throws(Failure) {
      guard let fields = BSONFields(bytes[...]) else { throw MongoDBFailure.unexpected }
      self.fields = fields
    }

    /// The error of the whole command, and its name.
    var error: (code: Int64, name: String)? {
      if let number = fields["ok"]?.number, number == 1 { return nil }
      return MongoDBReply.error(fields)
    }

    /// The first document that was not written, and why.
    var writeError: (code: Int64, name: String)? {
      guard var errors = fields["writeErrors"]?.fields, let (_, first) = errors.next() else { return nil }
      return first.fields.map(MongoDBReply.error) ?? (0, "")
    }

    /// Written on the primary, and not known to last.
    var writeConcernError: (code: Int64, name: String)? {
      fields["writeConcernError"].map { $0.fields.map(MongoDBReply.error) ?? (0, "") }
    }

    /// How many documents a write found.
    func count() throws(Failure) -> Int64 {
      guard let count = fields["n"]?.number else { throw MongoDBFailure.unexpected }
      return count
    }

    /// What a find found.
    func documents() throws(Failure) -> [BSONFields] {
      guard var batch = fields["cursor"]?.fields?["firstBatch"]?.fields else { throw MongoDBFailure.unexpected }
      var documents: [BSONFields] = []
      while let (_, field) = batch.next() {
        guard let document = field.fields else { throw MongoDBFailure.unexpected }
        documents.append(document)
      }
      return documents
    }

    /// What a findAndModify found; nil where there was nothing.
    func value() throws(Failure) -> BSONFields? {
      guard let value = fields["value"] else { throw MongoDBFailure.unexpected }
      if value.type == BSONField.null { return nil }
      guard let document = value.fields else { throw MongoDBFailure.unexpected }
      return document
    }

    private static func error(_ fields: BSONFields) -> (code: Int64, name: String) {
      (fields["code"]?.number ?? 0, fields["codeName"]?.word ?? "")
    }
  }
#endif
