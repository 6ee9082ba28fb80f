// SPDX-License-Identifier: Apache-2.0
#if Memcached
  import Backends
  import Foundation
  import Stores
  import Support
  import Testing

  /// Which server a key is on: by what python-memcached and libmemcached answered.
  @Suite struct MemcachedPlacementTests {
    private struct Vectors: Decodable {
      let rows: [[String: Value]]
    }

    private enum Value: Decodable {
      case text(String)
      case number(Int)

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int.self) {
          self = .number(number)
        } else {
          self = .text(try container.decode(String.self))
        }
      }

      var number: Int? { if case .number(let number) = self { number } else { nil } }
      var text: String? { if case .text(let text) = self { text } else { nil } }
    }

    @Test(arguments: [2, 3, 5])
    func asTheVectorsHaveIt(_ count: Int) throws {
      let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Vectors/memcached_server_hash.json")
      let rows = try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file)).rows
      #expect(rows.count == 5)
      let servers = try (0..<count).map { _ in try MemcachedServer() }
      for (placement, name) in [
        (MemcachedOptions.Placement.pythonMemcached, "python_memcached"), (.libmemcached, "libmemcached_default"),
      ] {
        var options = MemcachedOptions(servers.map { $0.address })
        options.placement = placement
        let store = try MemcachedStore.open(options)
        for row in rows {
          let key = try #require(row["key"]?.text)
          let expected = try #require(row["\(name)_server_index_of_\(count)"]?.number)
          #expect(try store.create(Text(key), [1], timeToLive: 9, at()).isCreated)
          for (place, server) in servers.enumerated() {
            #expect(try server.tell("get \(key)").hasPrefix("VALUE") == (place == expected))
          }
          try store.remove(Text(key), at())
        }
      }
    }

    /// A server that is gone keeps its keys: they are not looked for elsewhere, and the others go on.
    @Test func noServerLeavesTheRing() throws {
      let servers = try (0..<3).map { _ in try MemcachedServer() }
      var options = MemcachedOptions(servers.map { $0.address })
      options.placement = .ketama
      let store = try MemcachedStore.open(options)
      let keys = (0..<300).map { Text("session:\($0)") }
      for key in keys { #expect(try store.create(key, [1], timeToLive: 60, at()).isCreated) }
      // A third, more or less: where the servers stand on the ring is said by their ports, which are others each time.
      let lost = try keys.filter { try servers[1].tell("get \($0.string)").hasPrefix("VALUE") }
      #expect(40...160 ~= lost.count)
      servers[1].stop()
      for key in keys {
        let isLost = lost.contains(key)
        for _ in 0..<3 {
          #expect(
            status { () throws(Failure) in _ = try store.load(key, at()) } == (isLost ? .unavailable : nil))
        }
      }
      #expect(status { () throws(Failure) in try store.ping(at()) } == .unavailable)
      try servers[1].start()
      for key in keys { #expect(try store.load(key, at()) == nil ? lost.contains(key) : !lost.contains(key)) }
    }
  }
#endif
