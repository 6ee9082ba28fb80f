// SPDX-License-Identifier: Apache-2.0
import CSupport
import Testing

/// How a table of a client library's functions is filled.
@Suite struct OpenLibraryTests {
  private func open(_ soname: String, _ functions: [StaticString]) -> (problem: String?, table: [UnsafeRawPointer?]) {
    var problem = [CChar](repeating: 0, count: 200)
    var table = [UnsafeRawPointer?](repeating: nil, count: functions.count)
    let names = functions.map { UnsafeRawPointer($0.utf8Start).assumingMemoryBound(to: CChar.self) as UnsafePointer? }
    let result = csupport_open_library(soname, names, &table, functions.count, &problem, problem.count)
    let text = problem.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return (result == 0 ? nil : String(decoding: text, as: UTF8.self), table)
  }

  @Test func aLibraryThatIsThere() {
    let (problem, table) = open("libm.so.6", ["cos", "sin"])
    #expect(problem == nil)
    #expect(table[0] != nil && table[1] != nil && table[0] != table[1])
  }

  @Test func aLibraryThatIsNot() {
    let (problem, table) = open("libswiftsession-none.so.7", ["cos"])
    #expect(problem?.contains("libswiftsession-none.so.7") == true)
    #expect(table == [nil])
  }

  @Test func aFunctionThatIsNot() {
    let (problem, table) = open("libm.so.6", ["cos", "no_such_function"])
    #expect(problem == "libm.so.6 has no no_such_function")
    #expect(table == [nil, nil])
  }
}
