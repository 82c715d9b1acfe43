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

let package = Package(
  name: "pouch-benchmarks",
  dependencies: [
    .package(name: "pouch", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
  ],
  targets: [
    // Not through pkg-config: Debian's libzmq.pc lists flags that SwiftPM warns about. The module
    // map links the library, which lies where compilers look anyway.
    .systemLibrary(name: "CZeroMQ", providers: [.apt(["libzmq3-dev"])]),
    .target(name: "Measuring", swiftSettings: settings),
    // How objects travel.
    .executableTarget(
      name: "compare",
      dependencies: [
        "CZeroMQ", "Measuring", .product(name: "Pouch", package: "pouch"), argumentParser,
      ],
      swiftSettings: settings),
    // How objects become bytes and bytes objects.
    .executableTarget(
      name: "coders",
      dependencies: [
        "Measuring", .product(name: "CBOR", package: "pouch"),
        .product(name: "Pickle", package: "pouch"), argumentParser,
      ],
      swiftSettings: settings),
  ]
)
