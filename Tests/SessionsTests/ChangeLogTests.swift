// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Sessions
@testable import Support
@testable import Values

/// Each rule: what was loaded, what the request did, what another request has made of the record, what comes out.
@Suite struct ChangeLogTests {
  struct Rule: Sendable, CustomTestStringConvertible {
    let name: String
    let loaded: String
    let changes: @Sendable (inout ChangeLog) -> Void
    let newest: String
    /// Nil: the replay is a conflict.
    let merged: String?

    var testDescription: String { name }
  }

  @Test(arguments: ChangeLogTests.rules)
  func aRule(_ rule: Rule) throws {
    var log = ChangeLog()
    rule.changes(&log)
    if let merged = rule.merged {
      #expect(text(try log.replay(on: map(rule.newest))) == merged)
    } else {
      #expect { try log.replay(on: map(rule.newest)) } throws: { ($0 as? Failure)?.status == .conflict }
    }
  }

  static let rules: [Rule] = [
    Rule(name: "nothing", loaded: "{}", changes: { _ in }, newest: #"{"a":1}"#, merged: #"{"a":1}"#),
    Rule(
      name: "set beside another's", loaded: "{}", changes: { $0.set(path("a"), .integer(1)) }, newest: #"{"b":2}"#,
      merged: #"{"b":2,"a":1}"#),
    Rule(
      name: "the later save wins", loaded: #"{"a":0}"#, changes: { $0.set(path("a"), .integer(1)) },
      newest: #"{"a":2,"b":3}"#, merged: #"{"a":1,"b":3}"#),
    Rule(
      name: "remove of what is gone", loaded: #"{"a":0}"#, changes: { $0.remove(path("a")) }, newest: #"{"b":3}"#,
      merged: #"{"b":3}"#),
    Rule(
      name: "add composes", loaded: #"{"n":1}"#,
      changes: {
        $0.add(path("n"), 2)
        $0.add(path("n"), 3)
      }, newest: #"{"n":10}"#, merged: #"{"n":15}"#),
    Rule(
      name: "add to what is gone", loaded: #"{"n":1}"#, changes: { $0.add(path("n"), 2) },
      newest: "{}", merged: #"{"n":2}"#),
    Rule(
      name: "add to text", loaded: #"{"n":1}"#, changes: { $0.add(path("n"), 2) },
      newest: #"{"n":"x"}"#, merged: nil),
    Rule(
      name: "add beyond 64 bits", loaded: #"{"n":1}"#, changes: { $0.add(path("n"), .max - 1) },
      newest: #"{"n":2}"#, merged: nil),
    Rule(
      name: "set, then add: set", loaded: "{}",
      changes: {
        $0.set(path("n"), .integer(5))
        $0.add(path("n"), 1)
      }, newest: #"{"n":100}"#, merged: #"{"n":6}"#),
    Rule(
      name: "add, then set: set", loaded: "{}",
      changes: {
        $0.add(path("n"), 1)
        $0.set(path("n"), .integer(5))
      }, newest: #"{"n":100}"#, merged: #"{"n":5}"#),
    Rule(
      name: "remove, then add: from nothing", loaded: #"{"n":7}"#,
      changes: {
        $0.remove(path("n"))
        $0.add(path("n"), 1)
      }, newest: #"{"n":100}"#, merged: #"{"n":1}"#),
    Rule(
      name: "take leaves what was not there", loaded: #"{"l":[1,2]}"#,
      changes: { $0.take(path("l"), [.integer(1), .integer(2)]) }, newest: #"{"l":[1,3,2]}"#, merged: #"{"l":[3]}"#),
    Rule(
      name: "take of all: the key goes", loaded: #"{"l":[1,2]}"#,
      changes: { $0.take(path("l"), [.integer(1), .integer(2)]) }, newest: #"{"l":[2],"a":0}"#, merged: #"{"a":0}"#),
    Rule(
      name: "take as often as it was there", loaded: #"{"l":[1]}"#,
      changes: { $0.take(path("l"), [.integer(1)]) }, newest: #"{"l":[1,1]}"#, merged: #"{"l":[1]}"#),
    Rule(
      name: "append, then take: nothing is left", loaded: "{}",
      changes: {
        $0.append(path("l"), .integer(1))
        $0.take(path("l"), [.integer(1)])
      }, newest: "{}", merged: "{}"),
    Rule(
      name: "take, then append", loaded: #"{"l":[1]}"#,
      changes: {
        $0.take(path("l"), [.integer(1)])
        $0.append(path("l"), .integer(2))
      }, newest: #"{"l":[1,3]}"#, merged: #"{"l":[3,2]}"#),
    Rule(
      name: "take of a tuple that is an array by now", loaded: "{}",
      changes: { $0.take(path("l"), [.tuple([.integer(1), .integer(2)])]) }, newest: #"{"l":[3,[1,2]]}"#,
      merged: #"{"l":[3]}"#),
    Rule(
      name: "take of what is gone", loaded: #"{"l":[1]}"#, changes: { $0.take(path("l"), [.integer(1)]) },
      newest: "{}", merged: "{}"),
    Rule(
      name: "take of what is no list", loaded: #"{"l":[1]}"#, changes: { $0.take(path("l"), [.integer(1)]) },
      newest: #"{"l":"x"}"#, merged: #"{"l":"x"}"#),
    Rule(
      name: "append composes", loaded: #"{"l":[0]}"#,
      changes: {
        $0.append(path("l"), .integer(1))
        $0.append(path("l"), .integer(2))
      }, newest: #"{"l":[0,9]}"#, merged: #"{"l":[0,9,1,2]}"#),
    Rule(
      name: "append to what is gone", loaded: #"{"l":[0]}"#, changes: { $0.append(path("l"), .integer(1)) },
      newest: "{}", merged: #"{"l":[1]}"#),
    Rule(
      name: "append to a map", loaded: #"{"l":[0]}"#, changes: { $0.append(path("l"), .integer(1)) },
      newest: #"{"l":{}}"#, merged: nil),
    Rule(
      name: "remove item: the first equal one of what is there then", loaded: #"{"l":[1,2]}"#,
      changes: { $0.removeItem(path("l"), .integer(2)) }, newest: #"{"l":[2,1,2,3]}"#, merged: #"{"l":[1,2,3]}"#),
    Rule(
      name: "remove item: another removed it", loaded: #"{"l":[1,2]}"#,
      changes: { $0.removeItem(path("l"), .integer(2)) }, newest: #"{"l":[1]}"#, merged: #"{"l":[1]}"#),
    Rule(
      name: "remove item: no array any more", loaded: #"{"l":[1]}"#,
      changes: { $0.removeItem(path("l"), .integer(1)) }, newest: #"{"a":1}"#, merged: #"{"a":1}"#),
    Rule(
      name: "remove item of a map", loaded: #"{"l":[1]}"#, changes: { $0.removeItem(path("l"), .integer(1)) },
      newest: #"{"l":{}}"#, merged: nil),
    Rule(
      name: "remove item twice: two of them", loaded: #"{"l":[1,1]}"#,
      changes: {
        $0.removeItem(path("l"), .integer(1))
        $0.removeItem(path("l"), .integer(1))
      }, newest: #"{"l":[0,1,1,1]}"#, merged: #"{"l":[0,1]}"#),
    Rule(
      name: "append, then remove item: in that order", loaded: #"{"l":[1]}"#,
      changes: {
        $0.append(path("l"), .integer(2))
        $0.removeItem(path("l"), .integer(2))
      }, newest: #"{"l":[2,1]}"#, merged: #"{"l":[1,2]}"#),
    Rule(
      name: "set, then remove item: set", loaded: "{}",
      changes: {
        $0.set(path("l"), .array([.integer(1), .integer(2)]))
        $0.removeItem(path("l"), .integer(1))
      }, newest: #"{"l":[1]}"#, merged: #"{"l":[2]}"#),
    Rule(
      name: "remove item: 1 is neither 1.0 nor true", loaded: #"{"l":[1]}"#,
      changes: { $0.removeItem(path("l"), .integer(1)) }, newest: #"{"l":[1.0,true,1]}"#,
      merged: #"{"l":[1.0,true]}"#),
    Rule(
      name: "pop: gone, whatever another has made of it", loaded: #"{"a":1}"#, changes: { $0.remove(path("a")) },
      newest: #"{"a":2,"b":3}"#, merged: #"{"b":3}"#),
    Rule(
      name: "set if absent, then add: to what was there", loaded: "{}",
      changes: {
        $0.setIfAbsent(path("n"), .integer(5))
        $0.add(path("n"), 1)
      }, newest: #"{"n":100}"#, merged: #"{"n":101}"#),
    Rule(
      name: "remove, then set if absent: set", loaded: #"{"a":1}"#,
      changes: {
        $0.remove(path("a"))
        $0.setIfAbsent(path("a"), .integer(2))
      }, newest: #"{"a":9}"#, merged: #"{"a":2}"#),
    Rule(
      name: "set if absent: another was first", loaded: "{}", changes: { $0.setIfAbsent(path("a"), .integer(1)) },
      newest: #"{"a":2}"#, merged: #"{"a":2}"#),
    Rule(
      name: "set if absent: still absent", loaded: "{}", changes: { $0.setIfAbsent(path("a"), .integer(1)) },
      newest: #"{"b":2}"#, merged: #"{"b":2,"a":1}"#),
    Rule(
      name: "clear removes what was not seen, too", loaded: #"{"a":1}"#,
      changes: {
        $0.set(path("a"), .integer(2))
        $0.clear()
        $0.set(path("c"), .integer(3))
      }, newest: #"{"a":1,"b":2}"#, merged: #"{"c":3}"#),
    Rule(
      name: "a nested change merges key by key", loaded: #"{"cart":{"n":1,"m":{"x":1}}}"#,
      changes: {
        $0.difference(from: map(#"{"cart":{"n":1,"m":{"x":1}}}"#), to: map(#"{"cart":{"n":2,"m":{"x":1,"y":2}}}"#))
      }, newest: #"{"cart":{"n":1,"m":{"x":5},"o":3},"z":0}"#,
      merged: #"{"cart":{"n":2,"m":{"x":5,"y":2},"o":3},"z":0}"#),
    Rule(
      name: "a nested removal", loaded: #"{"cart":{"n":1,"m":2}}"#,
      changes: { $0.difference(from: map(#"{"cart":{"n":1,"m":2}}"#), to: map(#"{"cart":{"m":2}}"#)) },
      newest: #"{"cart":{"n":1,"m":3}}"#, merged: #"{"cart":{"m":3}}"#),
    Rule(
      name: "a nested removal in what is gone", loaded: #"{"cart":{"n":1,"m":2}}"#,
      changes: { $0.difference(from: map(#"{"cart":{"n":1,"m":2}}"#), to: map(#"{"cart":{"m":2}}"#)) },
      newest: #"{"a":1}"#, merged: #"{"a":1}"#),
    Rule(
      name: "lists are taken as a whole", loaded: #"{"l":[1,2]}"#,
      changes: { $0.difference(from: map(#"{"l":[1,2]}"#), to: map(#"{"l":[1,2,3]}"#)) }, newest: #"{"l":[9]}"#,
      merged: #"{"l":[1,2,3]}"#),
    Rule(
      name: "what is the same in both is not logged", loaded: #"{"a":1,"b":2}"#,
      changes: { $0.difference(from: map(#"{"a":1,"b":2}"#), to: map(#"{"b":2,"a":1}"#)) },
      newest: #"{"a":7,"b":8}"#, merged: #"{"a":7,"b":8}"#),
    Rule(
      name: "a map in the place of a scalar", loaded: #"{"a":1}"#,
      changes: { $0.difference(from: map(#"{"a":1}"#), to: map(#"{"a":{"b":1}}"#)) }, newest: #"{"a":2}"#,
      merged: #"{"a":{"b":1}}"#),
    Rule(
      name: "a nested set where another put a scalar", loaded: #"{"a":{"b":1}}"#,
      changes: { $0.difference(from: map(#"{"a":{"b":1}}"#), to: map(#"{"a":{"b":2}}"#)) }, newest: #"{"a":5}"#,
      merged: #"{"a":{"b":2}}"#),
  ]

  /// Two requests that changed different keys of the map at one depth, saved in either order.
  @Test(arguments: 1...100)
  func mapsMergeAtAnyDepth(_ depth: Int) throws {
    func session(_ innermost: String) -> Map {
      map(String(repeating: #"{"m":"#, count: depth) + innermost + String(repeating: #","z":0}"#, count: depth))
    }
    func log(_ changed: String) -> ChangeLog {
      var log = ChangeLog()
      log.difference(from: session(#"{"a":0,"b":0,"c":0}"#), to: session(changed))
      return log
    }
    let one = log(#"{"a":1,"b":0,"c":1}"#)
    let other = log(#"{"a":2,"b":2,"d":2}"#)
    let loaded = session(#"{"a":0,"b":0,"c":0}"#)
    #expect(one.count == 2 && other.count == 4)
    #expect(text(try other.replay(on: one.replay(on: loaded))) == text(session(#"{"a":2,"b":2,"d":2}"#)))
    #expect(text(try one.replay(on: other.replay(on: loaded))) == text(session(#"{"a":1,"b":2,"d":2,"c":1}"#)))
  }

  @Test func operationsOfManyRequestsCompose() throws {
    // Each adds, appends what is its own and takes away what was there; the order in which they are saved is any.
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
      var newest = map(#"{"n":0,"l":["a","b","c","d"]}"#)
      for number in order {
        var log = ChangeLog()
        log.add(path("n"), Int64(number))
        log.append(path("l"), .integer(Int64(number)))
        log.removeItem(path("l"), .text(["a", "b", "c", "d"][number]))
        newest = try log.replay(on: newest)
      }
      let list = order.map(String.init).joined(separator: ",")
      #expect(text(newest) == #"{"n":6,"l":[\#(list)]}"#)
    }
  }

  @Test func theLogStaysSmall() {
    var log = ChangeLog()
    for number in 0..<1_000 {
      log.set(path("a"), .integer(Int64(number)))
      log.add(path("n"), 1)
      log.append(path("l"), .null)
    }
    #expect(log.count == 3)
    log.set(path("n"), .null)
    #expect(log.count == 3 && log.counts)
    log.set(path("l"), .null)
    #expect(!log.counts)
    log.removeItem(path("i"), .null)
    #expect(log.counts)
    log.clear()
    #expect(log.count == 0 && !log.isEmpty)
  }

  @Test func manyChangesTakeTimeInProportion() throws {
    var log = ChangeLog()
    var values = Map()
    for number in 0..<100_000 {
      let key = Text("key\(number)")
      log.set([.text("m"), .text(key)], .integer(Int64(number)))
      values[key] = .integer(Int64(number))
    }
    // A log that looks through itself at each change would take minutes.
    #expect(try log.replay(on: Map())["m"] == .map(values))
  }
}

private func path(_ key: Text) -> [Value] { [.text(key)] }

/// A map from JSON, for tables that a person reads.
func map(_ json: String) -> Map {
  guard case .map(let map)? = try? TaggedJSON.decode(Array(json.utf8)) else {
    Issue.record("not a map: \(json)")
    return Map()
  }
  return map
}

func text(_ map: Map) -> String {
  (try? TaggedJSON.encode(.map(map), style: .exact)).map { String(decoding: $0, as: UTF8.self) } ?? "not JSON"
}
