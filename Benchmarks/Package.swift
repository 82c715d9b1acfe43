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
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
  ],
  targets: [
    // Not through pkg-config: Debian's libzmq.pc lists flags that SwiftPM warns about. The module
    // map links the library, which lies where compilers look anyway.
    .systemLibrary(name: "CZeroMQ", providers: [.apt(["libzmq3-dev"])]),
    .systemLibrary(name: "CNNG", providers: [.apt(["libnng-dev"])]),
    // Names of their own: Pouch has modules of the same libraries, and does not export them.
    .systemLibrary(name: "CPeerOpenSSL", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CPeerZlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CAffinity"),
    .target(name: "Measuring", swiftSettings: settings),
    // How objects travel.
    .executableTarget(
      name: "peers",
      dependencies: [
        "CAffinity", "CNNG", "CPeerOpenSSL", "CPeerZlib", "CZeroMQ", "Measuring",
        .product(name: "Pouch", package: "pouch"), argumentParser,
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
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
