// SPDX-License-Identifier: Apache-2.0

/// What servers say of their errors: told apart by how it begins, and shown as far as it gives nothing away.
enum ServerText {
  /// The beginning: behind a quotation mark a server may repeat a key or a record.
  static func shown(_ bytes: ArraySlice<UInt8>) -> String {
    let plain = bytes.prefix { 0x20...0x7E ~= $0 && $0 != 0x27 && $0 != 0x22 && $0 != 0x60 }
    return String(decoding: plain, as: UTF8.self)
  }

  static func starts(_ bytes: [UInt8], _ start: StaticString) -> Bool {
    start.withUTF8Buffer { bytes.starts(with: $0) }
  }
}

func ~= (word: StaticString, bytes: ArraySlice<UInt8>) -> Bool {
  word.withUTF8Buffer { bytes.elementsEqual($0) }
}
