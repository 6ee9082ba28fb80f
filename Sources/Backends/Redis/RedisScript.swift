// SPDX-License-Identifier: Apache-2.0
#if Redis
  /// A script that compares and writes in one step, on the server.
  ///
  /// It is called by its digest, and sent in full to a server that does not have it. With `pcall` an error of a command
  /// is the answer as it stands, in every version of Redis.
  enum RedisScript {
    case replace, remove

    var text: StaticString {
      switch self {
      case .replace:
        """
        local there = redis.pcall('GET', KEYS[1])
        if there ~= ARGV[1] then return there end
        local done = redis.pcall('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
        if done.err then return done end
        return 1
        """
      case .remove:
        """
        local there = redis.pcall('GET', KEYS[1])
        if there == ARGV[1] then return redis.call('DEL', KEYS[1]) end
        if type(there) == 'string' then return 0 end
        return there
        """
      }
    }

    /// SHA-1 of the text, as SCRIPT LOAD gives it.
    var digest: StaticString {
      switch self {
      case .replace: "44e9a47485e9def822e0e9d80cc2892ad6a078a0"
      case .remove: "3fdd5bdbb99f71bb4f516c05b26cbf163f48328f"
      }
    }
  }
#endif
