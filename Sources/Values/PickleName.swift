// SPDX-License-Identifier: Apache-2.0
import Support

/// The classes and functions that a pickle may name: each stands for data, and for nothing that could be called.
enum PickleName {
  case bytes, bytearray, set, object, text
  /// A class that is the factory of a `defaultdict`, and means nothing.
  case factory
  case encode, reconstructor
  case dateTime, date, time, duration, zone
  case uuid, decimal, markup
  case orderedMap, defaultMap, deque

  /// Nil for all others. Python 2 and protocols below 3 have other names for some modules.
  init?(module: Text, name: Text) {
    switch module {
    case "builtins", "__builtin__":
      guard let found = PickleName(builtin: name) else { return nil }
      self = found
    case "datetime":
      guard let found = PickleName(ofDateTime: name) else { return nil }
      self = found
    case "collections":
      switch name {
      case "OrderedDict": self = .orderedMap
      case "defaultdict": self = .defaultMap
      case "deque": self = .deque
      default: return nil
      }
    case "_codecs" where name == "encode": self = .encode
    case "copyreg" where name == "_reconstructor", "copy_reg" where name == "_reconstructor": self = .reconstructor
    case "uuid" where name == "UUID": self = .uuid
    case "decimal" where name == "Decimal", "_decimal" where name == "Decimal": self = .decimal
    case "markupsafe" where name == "Markup", "markupsafe._native" where name == "Markup",
      "jinja2" where name == "Markup", "jinja2.utils" where name == "Markup":
      self = .markup
    default: return nil
    }
  }

  private init?(builtin name: Text) {
    switch name {
    case "bytes": self = .bytes
    case "bytearray": self = .bytearray
    case "set", "frozenset": self = .set
    case "object": self = .object
    case "str", "unicode": self = .text
    case "list", "dict", "tuple", "int", "float", "bool": self = .factory
    default: return nil
    }
  }

  private init?(ofDateTime name: Text) {
    switch name {
    case "datetime": self = .dateTime
    case "date": self = .date
    case "time": self = .time
    case "timedelta": self = .duration
    case "timezone": self = .zone
    default: return nil
    }
  }
}
