// SPDX-License-Identifier: Apache-2.0
import Support

/// The stack machine of pickle, over data alone.
///
/// Whatever it keeps was taken from the input one by one, so that it never holds more than `limits.count` items.
struct PickleReader {
  let bytes: UnsafeBufferPointer<UInt8>
  let limits: Limits
  var position = 0
  private var count = 0
  private var stack: [PickleItem] = []
  /// The heights of the stack at which marks stand.
  private var marks: [Int] = []
  private var memo: [PickleItem?] = []
  var nodes: [PickleNode] = []

  /// The one value that `bytes` are, and nothing after it.
  static func value(of bytes: UnsafeBufferPointer<UInt8>, _ limits: Limits) throws(Failure) -> Value {
    guard bytes.count <= limits.size else {
      throw Failure(.tooLarge, "the pickle has \(bytes.count) bytes; at most \(limits.size) are read")
    }
    var reader = PickleReader(bytes: bytes, limits: limits)
    while try reader.step() {}
    guard reader.position == bytes.count, reader.stack.count == 1, reader.marks.isEmpty else {
      throw reader.malformed("something is left when it ends")
    }
    var tree = PickleTree(reader.nodes, limits)
    return try tree.value(of: reader.stack[0])
  }

  private init(bytes: UnsafeBufferPointer<UInt8>, limits: Limits) {
    self.bytes = bytes
    self.limits = limits
  }

  /// Does what the next opcode says. False at the end of the pickle.
  private mutating func step() throws(Failure) -> Bool {
    let opcode = try byte()
    switch opcode {
    case 0x2E: return false  // STOP
    case 0x80: try takeVersion()  // PROTO
    case 0x95: try takeFrame()  // FRAME
    case 0x28, 0x30, 0x31, 0x32: try arrangeStack(opcode)
    case 0x67, 0x68, 0x6A, 0x70, 0x71, 0x72, 0x94: try useMemo(opcode)
    case 0x29, 0x5D, 0x7D, 0x8F: try openContainer(opcode)
    case 0x64, 0x6C, 0x74, 0x85, 0x86, 0x87, 0x91: try closeContainer(opcode)
    case 0x61, 0x65, 0x73, 0x75, 0x90: try fillContainer(opcode)
    case 0x63, 0x93: try push(.name(try name(opcode)))  // GLOBAL, STACK_GLOBAL
    case 0x52, 0x81, 0x92: try make(opcode)
    case 0x62: try build()  // BUILD
    default: try push(.value(try leaf(opcode)))
    }
    return true
  }

  private mutating func takeVersion() throws(Failure) {
    let isFirst = position == 1
    guard try byte() <= 5, isFirst else { throw malformed("a protocol above 5, or not at the beginning") }
  }

  /// What a frame is for is reading from a file: here it is checked and passed over.
  private mutating func takeFrame() throws(Failure) {
    guard try number(size: 8) <= UInt64(bytes.count - position) else { throw malformed("it ends within a frame") }
  }

  // MARK: - Stack

  private mutating func arrangeStack(_ opcode: UInt8) throws(Failure) {
    switch opcode {
    case 0x28:  // MARK
      try tally()
      marks.append(stack.count)
    case 0x30:  // POP, which takes a mark where one is on top
      if marks.last == stack.count {
        marks.removeLast()
      } else {
        _ = try pop()
      }
    case 0x31: _ = try popToMark()  // POP_MARK
    default: try push(try top())  // DUP
    }
  }

  private mutating func push(_ item: PickleItem) throws(Failure) {
    try tally()
    stack.append(item)
  }

  private func top() throws(Failure) -> PickleItem {
    guard stack.count > marks.last ?? 0, let item = stack.last else { throw malformed("the stack is empty") }
    return item
  }

  private mutating func pop() throws(Failure) -> PickleItem {
    let item = try top()
    stack.removeLast()
    return item
  }

  private mutating func pop(_ count: Int) throws(Failure) -> [PickleItem] {
    guard stack.count - (marks.last ?? 0) >= count else { throw malformed("the stack is empty") }
    let items = Array(stack[(stack.count - count)...])
    stack.removeLast(count)
    return items
  }

  private mutating func popToMark() throws(Failure) -> [PickleItem] {
    guard let mark = marks.popLast(), mark <= stack.count else { throw malformed("a mark is due") }
    let items = Array(stack[mark...])
    stack.removeLast(items.count)
    return items
  }

  // MARK: - Memo

  private mutating func useMemo(_ opcode: UInt8) throws(Failure) {
    switch opcode {
    case 0x67: try get(try index(try line()))  // GET
    case 0x68: try get(Int(try byte()))  // BINGET
    case 0x6A: try get(Int(truncatingIfNeeded: try number(size: 4)))  // LONG_BINGET
    case 0x70: try put(try index(try line()))  // PUT
    case 0x71: try put(Int(try byte()))  // BINPUT
    case 0x72: try put(Int(truncatingIfNeeded: try number(size: 4)))  // LONG_BINPUT
    default: try put(memo.count)  // MEMOIZE
    }
  }

  private mutating func get(_ index: Int) throws(Failure) {
    guard index < memo.count, let item = memo[index] else { throw malformed("it refers to what is not there") }
    try push(item)
  }

  private mutating func put(_ index: Int) throws(Failure) {
    try tally()
    // Places are numbered as objects are written, and each object takes a byte or more.
    guard index <= position, index <= limits.count else { throw malformed("a place of the memo is out of range") }
    while memo.count <= index { memo.append(nil) }
    memo[index] = try top()
  }

  // MARK: - Containers

  private mutating func openContainer(_ opcode: UInt8) throws(Failure) {
    switch opcode {
    case 0x29: try push(node(.tuple))  // EMPTY_TUPLE
    case 0x5D: try push(node(.list))  // EMPTY_LIST
    case 0x7D: try push(node(.map))  // EMPTY_DICT
    default: try push(node(.set))  // EMPTY_SET
    }
  }

  private mutating func closeContainer(_ opcode: UInt8) throws(Failure) {
    switch opcode {
    case 0x64:  // DICT
      let items = try popToMark()
      guard items.count % 2 == 0 else { throw malformed("a key has no value") }
      try push(node(.map, items))
    case 0x6C: try push(node(.list, try popToMark()))  // LIST
    case 0x74: try push(node(.tuple, try popToMark()))  // TUPLE
    case 0x91: try push(node(.set, try popToMark()))  // FROZENSET
    default: try push(node(.tuple, try pop(Int(opcode) - 0x84)))  // TUPLE1 to TUPLE3
    }
  }

  private mutating func fillContainer(_ opcode: UInt8) throws(Failure) {
    switch opcode {
    case 0x61: try add(try pop(1), to: .list)  // APPEND
    case 0x65: try add(try popToMark(), to: .list)  // APPENDS
    case 0x73: try add(try pop(2), to: .map)  // SETITEM
    case 0x75: try add(try popToMark(), to: .map)  // SETITEMS
    default: try add(try popToMark(), to: .set)  // ADDITEMS
    }
  }

  private mutating func add(_ items: [PickleItem], to kind: PickleNode.Kind) throws(Failure) {
    guard case .node(let number) = try top(), nodes[number].kind == kind else {
      throw malformed("items are put into what does not hold them")
    }
    guard kind != .map || items.count % 2 == 0 else { throw malformed("a key has no value") }
    nodes[number].items.append(contentsOf: items)
  }

  mutating func node(_ kind: PickleNode.Kind, _ items: [PickleItem] = []) -> PickleItem {
    nodes.append(PickleNode(kind: kind, items: items))
    return .node(nodes.count - 1)
  }

  // MARK: - Objects

  private mutating func name(_ opcode: UInt8) throws(Failure) -> PickleName {
    let module: Text
    let name: Text
    if opcode == 0x93 {
      guard case .value(.text(let last)) = try pop(), case .value(.text(let first)) = try pop() else {
        throw malformed("a class is named by what is not text")
      }
      (module, name) = (first, last)
    } else {
      module = Text(Array(try line()))
      name = Text(Array(try line()))
    }
    if let known = PickleName(module: module, name: name) { return known }
    let shown: Message = isDotted(module) && isDotted(name) ? " (\(module.string) \(name.string))" : ""
    throw Failure(.malformed, "the pickle holds an object of a class that is not plain data\(shown)")
  }

  /// Whether it may be shown: a name and nothing else.
  private func isDotted(_ text: Text) -> Bool {
    for byte in text.bytes {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
        continue
      default: return false
      }
    }
    return 1...60 ~= text.count
  }

  private mutating func make(_ opcode: UInt8) throws(Failure) {
    if opcode == 0x92 {  // NEWOBJ_EX: with arguments by name, of which no class here has any
      guard case .node(let number) = try pop(), nodes[number].kind == .map, nodes[number].items.isEmpty else {
        throw malformed("an object is made in a way that is not known")
      }
    }
    guard case .node(let number) = try pop(), nodes[number].kind == .tuple, case .name(let name) = try pop() else {
      throw malformed("what is called is no class")
    }
    guard let made = make(name, nodes[number].items) else {
      throw malformed("an object is made in a way that is not known")
    }
    try push(made)
  }

  private mutating func build() throws(Failure) {
    guard case .node(let state) = try pop(), nodes[state].kind == .map,
      case .node(let object) = try top(), nodes[object].kind == .uuid, nodes[object].items.isEmpty,
      let uuid = uuid(nodes[state].items)
    else { throw malformed("an object gets a state that is not known") }
    nodes[object].items = [.value(.uuid(uuid))]
  }

  // MARK: - Limits

  mutating func tally(_ more: Int = 1) throws(Failure) {
    count += more
    guard count <= limits.count else {
      throw Failure(.tooLarge, "the pickle has more than \(limits.count) values")
    }
  }

  func malformed(_ what: StaticString) -> Failure {
    Failure(.malformed, "not a pickle of plain data at byte \(position): \(what)")
  }
}
