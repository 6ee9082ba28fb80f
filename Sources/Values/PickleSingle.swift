// SPDX-License-Identifier: Apache-2.0

/// What CPython has one of, and so refers back to when it is due again: classes, their modules and names.
enum PickleSingle: Int {
  case bytes, encode, reconstructor, object, unicode, dateTime, zone, duration, uuid, markup
  case dateTimeModule, uuidModule, markupModule, utc, latin1, int

  /// Class and module, as protocol 0 names them; the others know the classes below alone.
  var names: (module: StaticString, name: StaticString) {
    switch self {
    case .bytes: ("__builtin__", "bytes")
    case .encode: ("_codecs", "encode")
    case .reconstructor: ("copy_reg", "_reconstructor")
    case .object: ("__builtin__", "object")
    case .unicode: ("__builtin__", "unicode")
    case .zone: ("datetime", "timezone")
    case .duration: ("datetime", "timedelta")
    case .uuid: ("uuid", "UUID")
    case .markup: ("markupsafe", "Markup")
    case .dateTime, .dateTimeModule, .uuidModule, .markupModule, .utc, .latin1, .int: ("datetime", "datetime")
    }
  }

  var module: PickleSingle {
    switch self {
    case .uuid: .uuidModule
    case .markup: .markupModule
    default: .dateTimeModule
    }
  }
}
