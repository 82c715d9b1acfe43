// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let serviceLifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(
  name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")

func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func command(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .executableTarget(
    name: name, dependencies: ["PouchCommand", argumentParser] + dependencies,
    swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// The fuzzer's driver links with -sanitize=fuzzer only (`make fuzz`), so it is not always there.
let fuzzing: [Target] =
  Context.environment["POUCH_FUZZ"] == nil
  ? []
  : [
    .executableTarget(
      name: "pouch-fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzzing/Driver",
      // libFuzzer brings `main`.
      swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])])
  ]

let package = Package(
  name: "pouch",
  products: [
    .library(name: "Pouch", targets: ["Pouch"]),
    .library(name: "CBOR", targets: ["CBOR"]),
    .library(name: "Pickle", targets: ["Pickle"]),
    .executable(name: "pouch-send", targets: ["pouch-send"]),
    .executable(name: "pouch-receive", targets: ["pouch-receive"]),
    .executable(name: "pouch-bench", targets: ["pouch-bench"]),
    .executable(name: "pouch-certs", targets: ["pouch-certs"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
    .package(
      url: "https://github.com/HdrHistogram/hdrhistogram-swift", .upToNextMinor(from: "0.2.0")),
  ],
  targets: [
    // C libraries of the system, and what Glibc's overlay cannot say.
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CPouchSystem"),

    // The layers, lowest first; a module imports only what stands in its row.
    module("CBOR", []),
    module("Pickle", ["CBOR"]),
    module("PouchCore", ["CBOR", "CPouchSystem"]),
    module("PouchSockets", ["PouchCore", "CPouchSystem"]),
    module("PouchTLS", ["PouchCore", "COpenSSL"]),
    module("PouchStages", ["PouchCore", "CBOR", "CPouchSystem", "CZlib", "COpenSSL"]),
    module(
      "Pouch",
      [
        "CBOR", "Pickle", "PouchCore", "PouchSockets", "PouchTLS", "PouchStages", "CPouchSystem",
      ]),
    module("PouchConfiguration", ["Pouch", yams]),
    .target(name: "CPouchStart"),
    module(
      "PouchCommand",
      [
        "CPouchStart", "CPouchSystem", "CBOR", "Pickle", "Pouch", "PouchConfiguration", "PouchCore",
        "PouchSockets", "PouchTLS", argumentParser, logging, serviceLifecycle, unixSignals,
      ]),
    command("pouch-send"),
    command("pouch-receive"),
    command("pouch-certs", ["PouchTLS", "PouchCore"]),

    // The benchmark that users run, and what the kernel counts for it.
    .target(name: "CPouchBench"),
    module(
      "PouchBench",
      [
        "Pouch", "PouchCommand", "PouchConfiguration", "PouchCore", "PouchSockets", "PouchStages",
        "PouchTLS", "CPouchSystem", "COpenSSL", "CPouchBench", histogram,
      ]),
    command("pouch-bench", ["PouchBench", "PouchConfiguration", "Pouch"]),

    tests("CBORTests", ["CBOR"]),
    tests("PickleTests", ["Pickle", "CBOR"]),
    tests("PouchCoreTests", ["PouchCore", "PouchStages", "CBOR"]),
    tests("PouchSocketsTests", ["PouchSockets", "PouchCore"]),
    tests("PouchTLSTests", ["PouchTLS", "PouchSockets", "PouchCore", subprocess]),
    tests(
      "PouchStagesTests",
      ["PouchStages", "PouchCore", "CBOR", "CPouchSystem", "CZlib", subprocess]),
    tests("TransportTests", ["PouchCore", "PouchSockets", "PouchTLS"]),
    tests("PouchTests", ["Pouch", "PouchCore", "PouchSockets", "PouchTLS", "CBOR", subprocess]),
    tests("PouchConfigurationTests", ["PouchConfiguration", "Pouch"]),
    tests("PouchCommandTests", ["PouchCommand", "PouchConfiguration", "Pouch", "PouchCore"]),
    tests("EndToEndTests", ["Pouch", "CBOR", subprocess]),
    tests(
      "PouchBenchTests",
      ["PouchBench", "Pouch", "PouchCore", "PouchTLS"]),

    // What the steady path takes of the heap: a process of its own, with an allocator that counts.
    .target(name: "AllocationCounter", path: "Tests/Footprint/Counter"),
    .executableTarget(
      name: "pouch-footprint", dependencies: ["Pouch", "PouchTLS", "AllocationCounter"],
      path: "Tests/Footprint/Program", swiftSettings: settings),
    .testTarget(
      name: "FootprintTests", dependencies: [subprocess], path: "Tests/Footprint/Tests",
      swiftSettings: settings),

    // Decoders under hostile bytes: what they are fed, and the corpus replayed.
    .target(
      name: "FuzzTargets", dependencies: ["CBOR", "Pickle", "PouchCore", "PouchStages"],
      path: "Tests/Fuzzing/Targets", swiftSettings: settings),
    .testTarget(
      name: "CorpusTests", dependencies: ["FuzzTargets"], path: "Tests/Fuzzing/Replay",
      swiftSettings: settings),
  ] + fuzzing
)
