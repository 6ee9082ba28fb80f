// SPDX-License-Identifier: Apache-2.0
import Backends
import Stores
import StoresTesting
import Support
import Testing

@Suite struct ScriptedStoreTests {
  private let store = ScriptedStore(over: MemoryStore())

  @Test func withoutAScriptItIsTheStoreUnderneath() throws {
    #expect(try store.create("a", [1], timeToLive: 10, at()).isCreated)
    #expect(try store.record("a") == [1])
    #expect(store.count(.create) == 1 && store.count(.load) == 1)
    #expect(store.requests.first?.record == [1] && store.requests.first?.timeToLive == 10)
  }

  @Test func stepsAreTakenOnceAndInOrder() throws {
    store.script(.load, .load(StoredRecord([7])))
    store.script(.load, .failure(Failure(.unavailable, "")))
    #expect(try store.record("a") == [7])
    #expect(status { () throws(Failure) in _ = try store.load("a", at()) } == .unavailable)
    #expect(try store.record("a") == nil)
  }

  @Test func anAnswerIsLostAfterTheWrite() throws {
    store.script(.create, .doneButUnanswered)
    guard case .unknown = try store.create("a", [1], timeToLive: 10, at()) else {
      Issue.record("it was answered")
      return
    }
    #expect(try store.record("a") == [1])
  }

  @Test func somebodyElseComesFirst() throws {
    #expect(try store.create("a", [1], timeToLive: 10, at()).isCreated)
    store.script(.replace, .after { try? $0.remove("a", at()) })
    #expect(try store.replace("a", [2], timeToLive: 10, token: .bytes([1]), at()).isGone)
  }
}
