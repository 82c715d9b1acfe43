// swift-tools-version: 6.2

import PackageDescription

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
    .executableTarget(
      name: "compare",
      dependencies: [
        "CZeroMQ",
        .product(name: "Pouch", package: "pouch"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
      ]),
  ]
)
