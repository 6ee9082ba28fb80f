// swift-tools-version: 6.2
import PackageDescription

// `EmbeddedSwift` alone is the compiler mode; `Embedded`, the shipped build, is that mode with everything in it.
let embedded = "EmbeddedSwift"

let swift: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableExperimentalFeature("Embedded", .when(traits: [embedded])),
  // One object file per module in sections of its own: the linker then drops what nobody calls.
  .unsafeFlags(["-wmo", "-num-threads", "1", "-Xfrontend", "-function-sections"], .when(traits: [embedded])),
  .treatAllWarnings(as: .error),
  .treatWarning("EmbeddedRestrictions", as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let c: [CSetting] = [
  .define("_GNU_SOURCE"),
  // DWARF 4: the valgrind of Debian 12 does not read DWARF 5.
  .unsafeFlags(["-std=c11", "-Wall", "-Wextra", "-Werror", "-gdwarf-4", "-ffunction-sections", "-fvisibility=hidden"]),
]

let link: [LinkerSetting] = [
  .unsafeFlags(
    [
      "-use-ld=lld",
      "-Xlinker", "-soname", "-Xlinker", "libswiftsession.so.0",
      "-Xlinker", "--version-script=\(Context.packageDirectory)/Include/swiftsession.map",
      "-Xlinker", "-z", "-Xlinker", "nodelete",
      "-Xlinker", "-z", "-Xlinker", "relro",
      "-Xlinker", "-z", "-Xlinker", "now",
      "-Xlinker", "-z", "-Xlinker", "defs",
      "-Xlinker", "--gc-sections", "-Xlinker", "--icf=all",
    ], .when(configuration: .release)),
  .linkedLibrary("m"),
]

/// What runs once, or waits for a server anyway, is compiled for size.
let small: [SwiftSetting] = [.unsafeFlags(["-Osize"], .when(traits: [embedded]))]

/// A module of ours: `Sources/<name>`, importing only the modules named here, all of them below it.
func module(
  _ name: String, _ imports: [Target.Dependency], _ settings: [SwiftSetting] = [], link: [LinkerSetting] = []
) -> Target {
  .target(name: name, dependencies: imports, swiftSettings: swift + settings, linkerSettings: link)
}

/// A C target: `Sources/C/<name>`, a thin layer over one C library.
func clayer(_ name: String, _ imports: [Target.Dependency] = [], link: [LinkerSetting] = []) -> Target {
  .target(name: name, dependencies: imports, path: "Sources/C/\(name)", cSettings: c, linkerSettings: link)
}

/// A store behind a client library: its trait, and the C target over the library.
struct Backend {
  let trait: String
  let table: String
  /// Folders of /usr/include that the headers are in.
  let headers: [String]

  init(_ trait: String, _ table: String? = nil, headers: [String] = []) {
    self.trait = trait
    self.table = table ?? "C\(trait)"
    self.headers = headers
  }

  /// The library is opened on first use. Its headers are needed where the trait is on.
  var client: Target {
    .target(
      name: table, dependencies: ["CSupport"], path: "Sources/C/\(table)",
      cSettings: c + [
        .define("\(table.uppercased())_ENABLED", .when(traits: [trait])),
        .unsafeFlags(headers.flatMap { ["-isystem", "/usr/include/\($0)"] }),
      ])
  }

  var dependency: Target.Dependency { .target(name: table, condition: .when(traits: [trait])) }
}

let backends = [
  Backend("Memcached"),
  Backend("MongoDB", headers: ["libmongoc-1.0", "libbson-1.0"]),
  Backend("PostgreSQL"),
  Backend("MySQL", "CMariaDB"),
  Backend("Redis", "CHiredis"),
  Backend("SQLite"),
]

/// The unit tests of one module: `Tests/<module>Tests`.
func tests(_ module: String, _ imports: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(module)Tests", dependencies: [.byName(name: module)] + imports, path: "Tests/\(module)Tests",
    swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)])
}

let package = Package(
  name: "swiftsession",
  products: [.library(name: "swiftsession", type: .dynamic, targets: ["SwiftSession"])],
  traits: Set(
    [
      .trait(name: embedded, description: "Compile as Embedded Swift: no Swift runtime in the host."),
      .trait(
        name: "Embedded", description: "The shipped library: Embedded Swift with every backend.",
        enabledTraits: Set([embedded] + backends.map(\.trait))),
      .default(enabledTraits: Set(backends.map(\.trait))),
    ] + backends.map { .trait(name: $0.trait, description: "The store \($0.trait).") }),
  targets: [
    .systemLibrary(name: "CSwiftSession", path: "Include"),
    clayer("CSupport"),
    clayer("CCrypto", ["CSupport"], link: [.linkedLibrary("crypto")]),
    clayer("CZlib", link: [.linkedLibrary("z")]),
    module("Support", ["CSupport"]),
    module("Crypto", ["CCrypto", "Support"]),
    module("Values", ["CSupport", "Support"], small),
    module("Settings", ["CSupport", "Support"], small),
    module("Keys", ["Settings", "Crypto", "Support"], small),
    module("Cookies", ["Settings", "Keys", "Crypto", "CZlib", "CSupport", "Support"]),
    module("Stores", ["CSupport", "Support"]),
    module("Backends", ["Stores", "Settings", "Crypto", "CSupport", "Support"] + backends.map(\.dependency), small),
    module("Records", ["Values", "Keys", "Crypto", "Support"], small),
    module(
      "Sessions",
      ["Records", "Cookies", "Stores", "Keys", "Crypto", "Settings", "Values", "CSupport", "Support"], small),
    module(
      "SwiftSession",
      [
        "CSwiftSession", "CSupport", "Sessions", "Records", "Backends", "Stores", "Cookies", "Keys", "Settings",
        "Values", "Crypto", "Support",
      ],
      small, link: link),
    tests("Support", ["CSupport"]),
    tests("Settings", ["Support"]),
    tests("Crypto", ["Support"]),
    tests("Keys", ["Crypto", "Settings", "Support"]),
    tests("Cookies", ["Keys", "Support", "Settings"]),
    .target(
      name: "StoresTesting", dependencies: ["Sessions", "Stores", "Support"], path: "Tests/StoresTesting",
      swiftSettings: swift),
    tests(
      "Sessions",
      ["Backends", "StoresTesting", "Stores", "Records", "Cookies", "Keys", "Crypto", "Settings", "Values", "Support"]),
    .testTarget(
      name: "StoreTests",
      dependencies: ["Backends", "Sessions", "Stores", "Settings", "StoresTesting", "Support", "Values"]
        + backends.map(\.dependency),
      swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]),
    tests("Values", ["Support"]),
  ] + backends.map(\.client)
)
