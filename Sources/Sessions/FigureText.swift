// SPDX-License-Identifier: Apache-2.0
internal import Support

/// Figures as Prometheus reads them: its text format, version 0.0.4.
struct FigureText {
  private(set) var bytes: [UInt8] = []
  private let figures: Figures

  /// - Parameter hasStore: whether there are figures of a store.
  init(_ figures: Figures, hasStore: Bool) {
    self.figures = figures
    for number in 1...EventKind.last {
      if let kind = EventKind(rawValue: number), hasStore || kind != .storeError { count(kind) }
    }
    guard hasStore else { return }
    head("load", "_seconds", "How long it took to load sessions.", "histogram")
    time(.loadSession, call: nil)
    head("save", "_seconds", "How long it took to save sessions.", "histogram")
    time(.saveSession, call: nil)
    head("store", "_seconds", "How long calls of the store took.", "histogram")
    for number in 0..<TimedWork.loadSession.rawValue {
      if let work = TimedWork(rawValue: number) { time(work, call: work.name) }
    }
  }

  @inline(never)
  private mutating func count(_ kind: EventKind) {
    head(kind.name, "_total", kind.help, "counter")
    guard kind.usualReasons != 0 else {
      name(kind.name, "_total")
      return end(figures.counted(kind))
    }
    for bit in 1..<Figures.statuses {
      guard let reason = Status(rawValue: Int32(-bit)) else { return }
      let counted = figures.counted(kind, reason)
      guard counted > 0 || kind.usualReasons >> UInt32(bit) & 1 == 1 else { continue }
      name(kind.name, "_total")
      label("{reason=\"", reason.name)
      add("}")
      end(counted)
    }
  }

  /// - Parameter call: its name among the calls of the store; nil for what is no single call.
  @inline(never)
  private mutating func time(_ work: TimedWork, call: StaticString?) {
    let word = call == nil ? work.name : "store"
    var counted: UInt64 = 0
    for bucket in 0...TimeBucket.last {
      counted += figures.counted(work, bucket: bucket)
      name(word, "_seconds_bucket")
      add("{")
      if let call {
        label("call=\"", call)
        add(",")
      }
      add("le=\"")
      if bucket < TimeBucket.last { add(seconds: TimeBucket.limit(bucket)) } else { add("+Inf") }
      add("\"}")
      end(counted)
    }
    name(word, "_seconds_sum", of: call)
    add(" ")
    add(seconds: figures.nanoseconds(work))
    add("\n")
    name(word, "_seconds_count", of: call)
    end(counted)
  }

  // MARK: - Pieces

  @inline(never)
  private mutating func head(_ word: StaticString, _ unit: StaticString, _ help: StaticString, _ type: StaticString) {
    add("# HELP ")
    name(word, unit)
    add(" ")
    add(help)
    add("\n# TYPE ")
    name(word, unit)
    add(" ")
    add(type)
    add("\n")
  }

  @inline(never)
  private mutating func name(_ word: StaticString, _ unit: StaticString, of call: StaticString? = nil) {
    add("swiftsession_")
    add(word)
    add(unit)
    guard let call else { return }
    label("{call=\"", call)
    add("}")
  }

  private mutating func label(_ name: StaticString, _ value: StaticString) {
    add(name)
    add(value)
    add("\"")
  }

  @inline(never)
  private mutating func end(_ number: UInt64) {
    add(" ")
    add(number)
    add("\n")
  }

  /// As a decimal fraction, `0.0005`: nothing is lost.
  @inline(never)
  private mutating func add(seconds nanoseconds: UInt64) {
    add(nanoseconds / 1_000_000_000)
    add(".")
    var rest = nanoseconds % 1_000_000_000
    var place: UInt64 = 100_000_000
    repeat {
      add(rest / place)
      rest %= place
      place /= 10
    } while rest > 0
  }

  @inline(never)
  private mutating func add(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  @inline(never)
  private mutating func add(_ number: UInt64) {
    bytes.append(contentsOf: Text(String(number)).bytes)
  }
}
