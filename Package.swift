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
    .executable(name: "pouch-certs", targets: ["pouch-certs"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
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
    module("Pouch", ["CBOR", "PouchCore", "PouchSockets", "PouchTLS", "PouchStages"]),
    module("PouchConfiguration", ["Pouch", yams]),
    module(
      "PouchCommand",
      [
        "Pouch", "PouchConfiguration", "PouchCore", "PouchSockets", "PouchTLS", argumentParser,
        logging, serviceLifecycle, unixSignals,
      ]),
    command("pouch-send"),
    command("pouch-receive"),
    command("pouch-certs", ["PouchTLS", "PouchCore"]),

    tests("CBORTests", ["CBOR"]),
    tests("PickleTests", ["Pickle", "CBOR"]),
    tests("PouchCoreTests", ["PouchCore", "CBOR"]),
    tests("PouchSocketsTests", ["PouchSockets", "PouchCore"]),
    tests("PouchTLSTests", ["PouchTLS", "PouchSockets", "PouchCore", subprocess]),
    tests(
      "PouchStagesTests",
      ["PouchStages", "PouchCore", "CBOR", "CPouchSystem", "CZlib", subprocess]),
    tests("TransportTests", ["PouchCore", "PouchSockets", "PouchTLS"]),
    tests("PouchTests", ["Pouch", "PouchCore", "PouchTLS"]),
    tests("PouchConfigurationTests", ["PouchConfiguration", "Pouch"]),
    tests("EndToEndTests", ["Pouch", subprocess]),

    // Decoders under hostile bytes: what they are fed, and the corpus replayed.
    .target(
      name: "FuzzTargets", dependencies: ["CBOR", "Pickle", "PouchCore", "PouchStages"],
      path: "Tests/Fuzzing/Targets", swiftSettings: settings),
    .testTarget(
      name: "CorpusTests", dependencies: ["FuzzTargets"], path: "Tests/Fuzzing/Replay",
      swiftSettings: settings),
  ] + fuzzing
)
