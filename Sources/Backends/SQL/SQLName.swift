// SPDX-License-Identifier: Apache-2.0
internal import Support

/// Names of tables, schemas and columns as statements have them.
enum SQLName {
  /// The name between two marks, a mark within it doubled: `"` in standard SQL, a grave accent in MariaDB.
  static func quoted(_ name: Text, _ mark: UInt8 = 0x22) -> String {
    var bytes = [mark]
    for byte in name.bytes {
      bytes.append(byte)
      if byte == mark { bytes.append(byte) }
    }
    bytes.append(mark)
    return String(decoding: bytes, as: UTF8.self)
  }
}
