// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  internal import Support

  /// Text with `{names}` in it.
  enum PostgreSQLTemplate {
    /// Puts a text in the place of each name. The text may have names too, unless it has the name of a table.
    static func filled(_ template: StaticString, _ meaning: (Text) -> Text) -> String {
      var output: [UInt8] = []
      fill(Text(stringLiteral: template).bytes[...], meaning, &output)
      return String(decoding: output, as: UTF8.self)
    }

    private static func fill(_ template: ArraySlice<UInt8>, _ meaning: (Text) -> Text, _ output: inout [UInt8]) {
      var rest = template
      while let open = rest.firstIndex(of: 0x7B), let close = rest[open...].firstIndex(of: 0x7D) {
        output.append(contentsOf: Array(rest[..<open]))
        let name = Text(Array(rest[(open + 1)..<close]))
        let text = meaning(name)
        if isOfTheTable(name) {
          output.append(contentsOf: text.bytes)
        } else {
          fill(text.bytes[...], meaning, &output)
        }
        rest = rest[(close + 1)...]
      }
      output.append(contentsOf: Array(rest))
    }

    /// What has the names of the settings, which may hold anything.
    private static func isOfTheTable(_ name: Text) -> Bool {
      name == "table" || name == "name" || name == "values"
    }
  }
#endif
