// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
]
/// Debug builds of numeric code without optimisation are up to 440 times slower: tests would take hours.
let numeric: [SwiftSetting] = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

let package = Package(
    name: "Nominal",
    targets: [
        .target(name: "SeededRandom", swiftSettings: numeric),
    ]
)
