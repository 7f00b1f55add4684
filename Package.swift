// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
]
/// Debug builds of numeric code without optimisation are up to 440 times slower: tests would take hours.
let optimised: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]
let numeric = strict + optimised
/// Tensors and NeuralNetworks are made of pointers into memory that is planned once: there every line would be marked
/// unsafe, so the check is left off, and these two modules are the only ones of which that is true.
let rawMemory = [.treatAllWarnings(as: .error), .enableUpcomingFeature("ExistentialAny")] + optimised
/// The path of libFuzzer, which `make fuzz` gives: then inputs are chosen by what earlier ones reached, else by chance.
let libFuzzer = Context.environment["NOMINAL_LIBFUZZER"]
let fastC: [CSetting] = [.unsafeFlags(["-O3", "-Wall", "-Wextra", "-Werror", "-fno-math-errno"])]

let package = Package(
    name: "Nominal",
    products: [
        .executable(name: "nominal", targets: ["nominal"]),
        .executable(name: "nominal-bench", targets: ["nominal-bench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    ],
    targets: [
        // The programs.
        .executableTarget(
            name: "nominal",
            dependencies: [
                "AnomalyDetection", "Attestations", "Audit", "Backbones", "Console", "ContentStore", "Cryptography",
                "Datasets", "DemoData", "Deployment", "Evaluation", "Folders", "Host", "Imaging", "Jobs", "Manifests",
                "Metrics", "ModelRegistry", "NeuralNetworks", "Pipeline", "Privacy", "Reports", "Retraining", "Slurm",
                "Stages", "Tensors", "VerdictStatistics",
                "Wording", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "nominal-bench",
            dependencies: [
                "Backbones", "Console", "ContentStore", "Host", "Metrics", "NeuralNetworks", "Pipeline", "Stages",
                "Tensors", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        // Streams, exit codes and options of both programs.
        .target(
            name: "Console",
            dependencies: [
                "AnomalyDetection", "Attestations", "Audit", "Backbones", "BinaryCoding", "ContentStore", "Datasets",
                "DemoData", "Deployment", "Evaluation", "Folders", "Host", "Imaging", "Jobs", "Manifests", "Metrics",
                "ModelRegistry", "NeuralNetworks", "Pipeline", "Retraining", "Stages", "VerdictStatistics", "Wording",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // Finished runs: lineage, comparison, reproduction and attestation.
        .target(
            name: "Audit",
            dependencies: [
                "AnomalyDetection", "Attestations", "ContentStore", "Datasets", "Evaluation", "Folders", "Host", "Jobs",
                "Manifests", "Metrics", "ModelRegistry", "Pipeline", "Privacy", "Reports", "Stages", "Statistics",
                "Wording",
            ],
            swiftSettings: strict),
        // Nightly retraining: screening of new images, training, and the comparison with the model in production.
        .target(
            name: "Retraining",
            dependencies: [
                "AnomalyDetection", "ContentStore", "Datasets", "Folders", "Imaging", "Jobs", "Manifests",
                "ModelRegistry", "Pipeline", "Reports", "Stages", "Wording",
            ],
            swiftSettings: numeric),
        // Models for other runtimes, with self-tests.
        .target(
            name: "Deployment",
            dependencies: [
                "AnomalyDetection", "Backbones", "ContentStore", "Datasets", "Folders", "Imaging", "Jobs", "Metrics",
                "NeuralNetworks", "Pipeline", "SeededRandom", "Stages", "StrictJSON", "VerdictStatistics", "Wording",
            ],
            swiftSettings: strict),
        // Manifests to task graphs, and results to folders.
        .target(
            name: "Jobs",
            dependencies: [
                "AnomalyDetection", "ContentStore", "Datasets", "Folders", "Host", "Imaging", "Manifests", "Metrics",
                "NeuralNetworks", "Pipeline", "Privacy", "Reports", "SeededRandom", "Stages", "StrictJSON",
                "Tensors", "VerdictStatistics", "Wording",
            ],
            swiftSettings: numeric),

        // The computations of tasks: nothing here knows a manifest or a graph.
        .target(
            name: "Stages",
            dependencies: [
                "AnomalyDetection", "Backbones", "BinaryCoding", "ContentStore", "Datasets", "Folders", "Host",
                "Imaging", "Metrics", "ModelRegistry", "NeuralNetworks", "ONNX", "Pipeline", "Reports", "SeededRandom",
                "Statistics",
                "StrictJSON", "Tensors", "VerdictStatistics", "Wording",
            ],
            swiftSettings: numeric),
        // Image files by their names: nothing here knows what a task is.
        .target(
            name: "Datasets",
            dependencies: [
                "ContentStore", "Evaluation", "Folders", "Host", "Imaging", "Manifests", "SeededRandom", "StrictJSON",
                "Wording",
            ],
            swiftSettings: numeric),
        .target(
            name: "Reports", dependencies: ["Wording"],
            resources: [
                .embedInCode("Page/report.css"), .embedInCode("Page/report.js"),
                .embedInCode("Page/lineage.css"), .embedInCode("Page/lineage.js"),
            ],
            swiftSettings: strict),
        .target(
            name: "Manifests", dependencies: ["Folders", "StrictJSON", "Wording"],
            resources: [
                .embedInCode("Resources/job.schema.json"), .embedInCode("Resources/sweep.schema.json"),
                .embedInCode("Resources/object.json"), .embedInCode("Resources/texture.json"),
            ],
            swiftSettings: numeric),

        // Digests and tasks: nothing here knows what an image is.
        .target(
            name: "Slurm", dependencies: ["ContentStore", "Folders", "Host", "Pipeline", "Wording"],
            swiftSettings: strict),
        .target(
            name: "Pipeline",
            dependencies: [
                "CProcessTree", "ContentStore", "Folders", "Host", "Privacy", "StrictJSON",
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            swiftSettings: strict),
        // Models under names, nights of retraining, pretrained networks.
        .target(
            name: "ModelRegistry",
            dependencies: ["ContentStore", "Host", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: strict),
        .target(
            name: "Attestations",
            dependencies: ["ContentStore", "Cryptography", "StrictJSON"],
            swiftSettings: strict),
        .target(name: "Privacy", dependencies: ["ContentStore", "Folders"], swiftSettings: strict),
        .target(
            name: "ContentStore",
            dependencies: [
                "Cryptography", "Folders", "Host", "StrictJSON", "Wording",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: strict),

        // Images and numbers: nothing here knows what a task is.
        .target(
            name: "AnomalyDetection",
            dependencies: [
                "BinaryCoding", "Host", "Imaging", "NeuralNetworks", "SeededRandom", "Tensors", "VerdictStatistics",
            ],
            swiftSettings: numeric),
        .target(name: "Backbones", dependencies: ["BinaryCoding", "NeuralNetworks", "ONNX"], swiftSettings: numeric),
        .target(name: "ONNX", swiftSettings: numeric),
        .target(
            name: "Evaluation", dependencies: ["Folders", "Host", "Imaging", "Metrics", "Wording"],
            swiftSettings: numeric),
        .target(name: "Metrics", dependencies: ["SeededRandom", "Wording"], swiftSettings: numeric),
        .target(name: "VerdictStatistics", swiftSettings: numeric),
        .target(name: "Statistics", dependencies: ["SeededRandom"], swiftSettings: numeric),
        .target(
            name: "DemoData", dependencies: ["SeededRandom"], resources: [.embedInCode("demo.json")],
            swiftSettings: numeric),
        .target(
            name: "NeuralNetworks", dependencies: ["BinaryCoding", "Host", "SeededRandom", "Tensors"],
            swiftSettings: rawMemory),
        .target(
            name: "Tensors", dependencies: ["CTensorKernels", "COpenBLAS", "COneDNN", "Host"], swiftSettings: rawMemory),
        .target(name: "Imaging", dependencies: ["CImageCodecs", "Folders", "Host"], swiftSettings: numeric),
        .target(name: "BinaryCoding", dependencies: ["Cryptography"], swiftSettings: numeric),
        .target(name: "Cryptography", dependencies: ["COpenSSL"], swiftSettings: numeric),
        .target(name: "SeededRandom", swiftSettings: numeric),
        .target(name: "StrictJSON", swiftSettings: numeric),

        // What the process may use of its machine: threads, processors, memory, open files.
        .target(name: "Host", swiftSettings: strict),

        // What may be read in a folder: nothing here knows what lies in it.
        .target(name: "Folders", dependencies: ["Host"], swiftSettings: strict),

        // Numbers and lists in messages.
        .target(name: "Wording", swiftSettings: strict),

        // C, each header used by one Swift file.
        .target(name: "CProcessTree", cSettings: fastC),
        .target(name: "CTensorKernels", cSettings: fastC),
        .target(name: "COpenBLAS", cSettings: fastC),
        .target(name: "COpenSSL", cSettings: fastC, linkerSettings: [.linkedLibrary("crypto")]),
        .target(
            name: "COneDNN", cSettings: fastC, linkerSettings: [.linkedLibrary("dnnl"), .linkedLibrary("gomp")]),
        .target(
            name: "CImageCodecs", cSettings: fastC,
            linkerSettings: [
                .linkedLibrary("png16"), .linkedLibrary("tiff"), .linkedLibrary("jpeg"), .linkedLibrary("webp"),
                .linkedLibrary("openjp2"), .linkedLibrary("lcms2"),
            ]),

        .target(name: "PipelineTestSupport", dependencies: ["ContentStore", "Pipeline"], swiftSettings: strict),
        .target(
            name: "DatasetTestSupport", dependencies: ["ContentStore", "Imaging", "Manifests", "PipelineTestSupport"],
            swiftSettings: strict),
        .target(
            name: "StageTestSupport",
            dependencies: [
                "ContentStore", "Jobs", "Pipeline", "PipelineTestSupport", "Stages",
            ],
            swiftSettings: strict),
        .target(name: "PythonTestSupport", swiftSettings: strict),
        .target(
            name: "BinaryCodingTestSupport",
            dependencies: ["Cryptography", "SeededRandom"], swiftSettings: numeric),
        // A program of its own, so that an input that ends it does not end the tests.
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "AnomalyDetection", "Attestations", "Audit", "Backbones", "BinaryCoding", "ContentStore", "Datasets",
                "Deployment", "Evaluation", "Folders", "Imaging", "Jobs", "Manifests", "Metrics", "NeuralNetworks",
                "Pipeline",
                "Retraining",
                "SeededRandom", "Slurm", "Stages", "StrictJSON",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Fuzzing", exclude: ["make_bombs.py"],
            swiftSettings: numeric + (libFuzzer == nil ? [] : [.define("GUIDED")]),
            linkerSettings: libFuzzer.map { [.unsafeFlags(["-Xlinker", $0, "-lstdc++"])] } ?? []),
        .testTarget(
            name: "AnomalyDetectionTests",
            dependencies: [
                "AnomalyDetection", "BinaryCoding", "BinaryCodingTestSupport", "Imaging", "NeuralNetworks",
                "SeededRandom",
            ],
            swiftSettings: numeric),
        .testTarget(
            name: "AuditTests",
            dependencies: [
                "Attestations", "Audit", "ContentStore", "DatasetTestSupport", "Jobs", "Manifests", "Pipeline",
                "PipelineTestSupport", "Stages", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "BackbonesTests",
            dependencies: [
                "Backbones", "BinaryCoding", "NeuralNetworks", "PythonTestSupport", "SeededRandom", "fuzz",
            ],
            exclude: ["onnx_cases.py", "sample_images.py"], swiftSettings: numeric),
        .testTarget(
            name: "BinaryCodingTests", dependencies: ["BinaryCoding", "BinaryCodingTestSupport"],
            swiftSettings: numeric),
        .testTarget(name: "CryptographyTests", dependencies: ["Cryptography"], swiftSettings: strict),
        .testTarget(
            name: "AttestationsTests", dependencies: ["Attestations", "ContentStore"], swiftSettings: strict),
        .testTarget(
            name: "ContentStoreTests",
            dependencies: ["ContentStore", "Folders", "Host", "ModelRegistry", "PipelineTestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ModelRegistryTests",
            dependencies: ["ContentStore", "Host", "ModelRegistry", "PipelineTestSupport"], swiftSettings: strict),
        .testTarget(
            name: "PrivacyTests", dependencies: ["ContentStore", "Folders", "PipelineTestSupport", "Privacy"],
            swiftSettings: strict),
        .testTarget(
            name: "DatasetsTests",
            dependencies: [
                "Datasets", "DatasetTestSupport", "Folders", "Imaging", "Manifests", "PythonTestSupport", "StrictJSON",
            ],
            exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "DeploymentTests",
            dependencies: [
                "AnomalyDetection", "Backbones", "ContentStore", "Deployment", "Imaging", "NeuralNetworks", "ONNX",
                "PipelineTestSupport", "PythonTestSupport", "SeededRandom", "Stages", "Tensors",
            ],
            exclude: ["run_exports.py"], swiftSettings: strict),
        .testTarget(name: "DemoDataTests", dependencies: ["DemoData", "SeededRandom"], swiftSettings: strict),
        .testTarget(
            name: "EvaluationTests",
            dependencies: [
                "Evaluation", "Folders", "Imaging", "Manifests", "Metrics", "PipelineTestSupport", "PythonTestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "FoldersTests", dependencies: ["Folders", "Host", "PipelineTestSupport", "SeededRandom"],
            swiftSettings: strict),
        .testTarget(name: "HostTests", dependencies: ["Host", "PipelineTestSupport"], swiftSettings: strict),
        .testTarget(
            name: "ImagingTests", dependencies: ["Imaging", "PythonTestSupport", "SeededRandom"], exclude: ["Fixtures"],
            swiftSettings: strict),
        .testTarget(
            name: "JobsTests",
            dependencies: [
                "AnomalyDetection", "ContentStore", "DatasetTestSupport", "Datasets", "Folders", "Host", "Imaging",
                "Jobs", "Manifests", "Metrics", "NeuralNetworks", "Pipeline", "PipelineTestSupport", "SeededRandom",
                "StageTestSupport", "Stages", "Tensors",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ManifestsTests", dependencies: ["Manifests", "PythonTestSupport", "SeededRandom"],
            swiftSettings: strict),
        .testTarget(
            name: "MetricsTests", dependencies: ["Metrics", "PythonTestSupport", "SeededRandom"],
            resources: [.copy("Fixtures")],
            swiftSettings: strict),
        .testTarget(
            name: "NeuralNetworksTests",
            dependencies: [
                "BinaryCoding", "BinaryCodingTestSupport", "NeuralNetworks", "PythonTestSupport", "SeededRandom",
                "Tensors",
            ],
            exclude: ["whole_network.py"], swiftSettings: rawMemory),
        .testTarget(name: "TensorsTests", dependencies: ["SeededRandom", "Tensors"], swiftSettings: rawMemory),
        .testTarget(
            name: "NominalTests",
            dependencies: [
                "nominal", "nominal-bench", "fuzz", "Attestations", "Console", "ContentStore", "Folders", "Host",
                "Imaging", "ModelRegistry", "Pipeline", "PipelineTestSupport", "Privacy", "PythonTestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            exclude: ["Fixtures"],
            swiftSettings: strict),
        .testTarget(
            name: "PipelineTests",
            dependencies: ["ContentStore", "Host", "Pipeline", "PipelineTestSupport", "PythonTestSupport"],
            swiftSettings: strict),
        .testTarget(name: "ReportsTests", dependencies: ["Reports"], swiftSettings: strict),
        .testTarget(
            name: "RetrainingTests",
            dependencies: [
                "AnomalyDetection", "ContentStore", "DatasetTestSupport", "Datasets", "Folders", "Jobs", "Manifests",
                "ModelRegistry", "NeuralNetworks", "Pipeline", "PipelineTestSupport", "Retraining", "Stages",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SlurmTests", dependencies: ["ContentStore", "Pipeline", "PipelineTestSupport", "Slurm"],
            swiftSettings: strict),
        .testTarget(
            name: "StatisticsTests", dependencies: ["SeededRandom", "Statistics"],
            exclude: ["Fixtures/make_statistics_cases.py"], resources: [.copy("Fixtures/statistics_cases.json")],
            swiftSettings: strict),
        .testTarget(
            name: "StagesTests",
            dependencies: [
                "AnomalyDetection", "Attestations", "Audit", "Backbones", "BinaryCoding", "BinaryCodingTestSupport",
                "ContentStore", "DatasetTestSupport", "Datasets",
                "Imaging", "Jobs", "Manifests", "Metrics", "ModelRegistry", "NeuralNetworks", "Pipeline",
                "PipelineTestSupport", "PythonTestSupport", "Retraining", "SeededRandom", "StageTestSupport", "Stages",
                "StrictJSON", "Tensors",
                "VerdictStatistics",
            ],
            swiftSettings: strict),
        .testTarget(name: "WordingTests", dependencies: ["Wording"], swiftSettings: strict),
        .testTarget(
            name: "VerdictStatisticsTests", dependencies: ["VerdictStatistics"], exclude: ["contamination.py"],
            swiftSettings: strict),
    ]
)
