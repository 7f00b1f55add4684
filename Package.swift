// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
]
/// Tensors and NeuralNetworks are made of pointers into memory that is planned once: there every line would be marked
/// unsafe, so the check is left off, and these two modules are the only ones of which that is true.
let rawMemory: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .unsafeFlags(["-O"], .when(configuration: .debug)),
]
/// Debug builds of numeric code without optimisation are up to 440 times slower: tests would take hours.
let numeric: [SwiftSetting] = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]
let optimised: [CSetting] = [.unsafeFlags(["-O3", "-Wall", "-Wextra", "-Werror", "-fno-math-errno"])]

let package = Package(
    name: "Nominal",
    targets: [
        .target(name: "SeededRandom", swiftSettings: numeric),
        .target(name: "CTensorKernels", cSettings: optimised),
        .target(name: "COpenBLAS", cSettings: optimised),
        .target(
            name: "COneDNN", cSettings: optimised,
            linkerSettings: [.linkedLibrary("dnnl"), .linkedLibrary("gomp")]),
        .target(name: "Tensors", dependencies: ["CTensorKernels", "COpenBLAS", "COneDNN"], swiftSettings: rawMemory),
        .target(name: "NeuralNetworks", dependencies: ["SeededRandom", "Tensors"], swiftSettings: rawMemory),
        .testTarget(name: "NeuralNetworksTests", dependencies: ["NeuralNetworks", "SeededRandom", "Tensors"], swiftSettings: rawMemory),
    ]
)
