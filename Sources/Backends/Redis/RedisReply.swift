// SPDX-License-Identifier: Apache-2.0
#if Redis
  internal import CHiredis
  internal import Support

  /// What the server answered to one command.
  enum RedisReply {
    /// `OK`, `PONG`, `QUEUED`.
    case status
    case string([UInt8])
    case number(Int64)
    case none
    case array([RedisReply])
    case error(Text)

    /// A copy of what the reader made. Nil for a kind that no command of ours is answered with.
    init?(_ reply: UnsafePointer<redisReply>, depth: Int = 0) {
      let bytes = UnsafeRawBufferPointer(
        start: reply.pointee.str, count: reply.pointee.str == nil ? 0 : reply.pointee.len)
      switch reply.pointee.type {
      case REDIS_REPLY_STATUS: self = .status
      case REDIS_REPLY_STRING: self = .string(Array(bytes.bindMemory(to: UInt8.self)))
      case REDIS_REPLY_INTEGER: self = .number(reply.pointee.integer)
      case REDIS_REPLY_NIL: self = .none
      case REDIS_REPLY_ERROR: self = .error(Text(Array(bytes.bindMemory(to: UInt8.self))))
      case REDIS_REPLY_ARRAY:
        guard depth < 2, let elements = reply.pointee.element else {
          guard reply.pointee.elements == 0 else { return nil }
          self = .array([])
          return
        }
        var replies: [RedisReply] = []
        for place in 0..<reply.pointee.elements {
          guard let element = elements[place], let reply = RedisReply(element, depth: depth + 1) else { return nil }
          replies.append(reply)
        }
        self = .array(replies)
      default: return nil
      }
    }
  }
#endif
