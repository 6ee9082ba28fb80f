// SPDX-License-Identifier: Apache-2.0
internal import Stores
internal import Support

/// A store whose calls are timed and whose errors are reported.
final class ReportingStore: SessionStore, @unchecked Sendable {
  private let store: any SessionStore
  private let reporter: Reporter

  init(_ store: any SessionStore, _ reporter: Reporter) {
    self.store = store
    self.reporter = reporter
  }

  var largestKey: Int { store.largestKey }

  var largestRecord: Int? { store.largestRecord }

  func load(_ key: Text, _ call: Call) throws(Failure) -> StoredRecord? {
    var work = begin(.load)
    defer { end(work) }
    do throws(Failure) { return try store.load(key, call) } catch { throw work.failed(error) }
  }

  func create(_ key: Text, _ record: [UInt8], timeToLive: Int64, _ call: Call) throws(Failure) -> Creation {
    var work = begin(.create)
    defer { end(work) }
    do throws(Failure) {
      let creation = try store.create(key, record, timeToLive: timeToLive, call)
      if case .unknown = creation { work.problem = .unavailable }
      return creation
    } catch { throw work.failed(error) }
  }

  func replace(
    _ key: Text, _ record: [UInt8], timeToLive: Int64, token: Token, _ call: Call
  ) throws(Failure) -> Replacement {
    var work = begin(.replace)
    defer { end(work) }
    do throws(Failure) {
      let replacement = try store.replace(key, record, timeToLive: timeToLive, token: token, call)
      if case .unknown = replacement { work.problem = .unavailable }
      return replacement
    } catch { throw work.failed(error) }
  }

  func touch(_ key: Text, timeToLive: Int64, _ call: Call) throws(Failure) -> Bool {
    var work = begin(.touch)
    defer { end(work) }
    do throws(Failure) { return try store.touch(key, timeToLive: timeToLive, call) } catch { throw work.failed(error) }
  }

  func refresh(_ key: Text, timeToLive: Int64, _ call: Call) throws(Failure) -> StoredRecord? {
    var work = begin(.refresh)
    defer { end(work) }
    do throws(Failure) { return try store.refresh(key, timeToLive: timeToLive, call) } catch {
      throw work.failed(error)
    }
  }

  func remove(_ key: Text, _ call: Call) throws(Failure) {
    var work = begin(.remove)
    defer { end(work) }
    do throws(Failure) { try store.remove(key, call) } catch { throw work.failed(error) }
  }

  func remove(_ key: Text, token: Token, _ call: Call) throws(Failure) -> Removal {
    var work = begin(.remove)
    defer { end(work) }
    do throws(Failure) {
      let removal = try store.remove(key, token: token, call)
      if removal == .unknown { work.problem = .unavailable }
      return removal
    } catch { throw work.failed(error) }
  }

  func sweep(limit: Int, _ call: Call) throws(Failure) -> Bool {
    var work = begin(.sweep)
    defer { end(work) }
    do throws(Failure) { return try store.sweep(limit: limit, call) } catch { throw work.failed(error) }
  }

  func list(_ prefix: Text, after place: [UInt8], limit: Int, _ call: Call) throws(Failure) -> KeyList {
    try store.list(prefix, after: place, limit: limit, call)
  }

  func ping(_ call: Call) throws(Failure) {
    var work = begin(.ping)
    defer { end(work) }
    do throws(Failure) { try store.ping(call) } catch { throw work.failed(error) }
  }

  func prepare(_ call: Call) throws(Failure) {
    var work = begin(.prepare)
    defer { end(work) }
    do throws(Failure) { try store.prepare(call) } catch { throw work.failed(error) }
  }

  /// A call that is under way.
  private struct Work {
    let kind: TimedWork
    let start: Int64
    var problem = Status.ok

    mutating func failed(_ failure: Failure) -> Failure {
      problem = failure.status
      return failure
    }
  }

  private func begin(_ kind: TimedWork) -> Work { Work(kind: kind, start: Figures.now) }

  private func end(_ work: Work) {
    reporter.figures.time(work.kind, since: work.start)
    if work.problem != .ok { reporter.report(.storeError, reason: work.problem) }
  }
}
