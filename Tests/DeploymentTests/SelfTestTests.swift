import AnomalyDetection
import Backbones
import ContentStore
import Foundation
import Imaging
import NeuralNetworks
import ONNX
import PipelineTestSupport
import Testing

@testable import Deployment
@testable import Stages

/// Self-tests of exported models, with shell scripts as runners.
@Suite("Self-tests of exported models") struct SelfTestTests {
    private let folder: TemporaryFolder
    private var file: String { folder.path + "/small.onnx" }
    private var test: String { file + ".selftest" }

    init() throws {
        folder = try TemporaryFolder()
        let scoring = SmallModels.scoring()
        let model = SmallModels.model(
            "ssae", try SmallModels.autoencoder(scoring), scoring, TileGrid(width: 32, height: 32))
        let export = try ModelExport(model, digest: Digest.of(model.bytes), backbone: nil, card: nil)
        try AtomicFile.write(export.bytes, to: file, onlyIfChanged: false)
        let work = folder.path + "/work"
        try AtomicFile.createFolder(work)
        try SelfTestMaker(export, backbone: nil).write(beside: file, normal: nil, work: work, threads: 1)
    }

    /// Prints the expected results, with the scores changed by `factor`, as a program would.
    private func answers(factor: Double = 1, otherVerdict: Bool = false) throws -> String {
        let list = test + "/" + SelfTest.fileName
        for image in try SelfTest(bytes: try AtomicFile.read(list), name: list).images {
            let map = try FloatMap.decode(path: test + "/" + image.map)
            let rows = (0..<map.height).map { map.values[$0 * map.width..<($0 + 1) * map.width].map { "\($0)" } }
            let text = rows.map { "[" + $0.joined(separator: ",") + "]" }.joined(separator: ",")
            try Data(
                """
                {"score": \(Double(image.score) * factor), "normalized_score": \(image.normalizedScore),
                "is_anomalous": \(image.isAnomalous != otherVerdict), "anomaly_map": [\(text)]}
                """.utf8
            ).write(to: URL(filePath: folder.path + "/\(image.file).json"))
        }
        let script = folder.path + "/runner.sh"
        try Data("cat \"\(folder.path)/$(basename \"$2\").json\"\n".utf8).write(to: URL(filePath: script))
        return "sh \(script)"
    }

    @Test("A program with the expected results passes")
    func sound() throws {
        let run = try SelfTestRun(of: file, with: try answers())
        #expect(run.isSound && run.results.map(\.image) == ["normal.png", "defect.png", "noise.png"])
        #expect(run.results.allSatisfy { $0.scoreDifference < 1e-6 && $0.mapDifference == 0 })
    }

    /// The folder of an onnxruntime release, with `include` and `lib`.
    private static let release = ProcessInfo.processInfo.environment["NOMINAL_ONNXRUNTIME"]

    @Test(
        "The runner in C++ passes",
        .enabled(if: release != nil, "optional: set NOMINAL_ONNXRUNTIME to the folder of an onnxruntime release"))
    func nativeRunner() throws {
        let release = try #require(Self.release)
        let source = URL(filePath: #filePath).appending(path: "../../../packaging/onnx/runner.cpp").standardizedFileURL
        let program = folder.path + "/runner"
        let compiler = Process()
        compiler.executableURL = URL(filePath: "/usr/bin/g++")
        compiler.arguments = [
            "-std=c++17", "-Wall", "-Wextra", "-Wno-missing-field-initializers", "-Werror", "-I", release + "/include",
            source.path, "-o", program, "-L", release + "/lib", "-lonnxruntime", "-lpng", "-Wl,-rpath,\(release)/lib",
        ]
        try compiler.run()
        compiler.waitUntilExit()
        #expect(compiler.terminationStatus == 0)
        let run = try SelfTestRun(of: file, with: program)
        #expect(run.isSound, "\(run.results)")
    }

    @Test("Another score or verdict is found")
    func unsound() throws {
        let scores = try SelfTestRun(of: file, with: try answers(factor: 1.001))
        #expect(!scores.isSound && scores.results.allSatisfy { abs($0.scoreDifference - 0.001) < 1e-5 })
        let verdicts = try SelfTestRun(of: file, with: try answers(otherVerdict: true))
        #expect(!verdicts.isSound && verdicts.results.allSatisfy { !$0.hasSameVerdict })
    }

    @Test(
        "A program that prints no result is an error that quotes the fault",
        arguments: [
            ("echo", "is not the JSON of a result"), ("echo {}", "is not the JSON of a result"),
            ("exit 3", "ended with status 3"), ("no-such-program", "ended with status 127"),
            ("kill -9 $$", "ended with status 137"),
            (
                #"echo "{\"score\":1,\"normalized_score\":1,\"is_anomalous\":true,\"anomaly_map\":[[1]]}""#,
                "has a map of 1 x 1 values for an image of"
            ),
        ])
    func faults(command: String, words: String) throws {
        let script = folder.path + "/fault.sh"
        try Data(command.utf8).write(to: URL(filePath: script))
        let error = #expect(throws: SelfTestError.self) { try SelfTestRun(of: file, with: "sh \(script)") }
        #expect("\(try #require(error))".contains(words))
    }

    @Test("A stop ends the program")
    func stopped() throws {
        #expect(throws: SelfTestError.interrupted) {
            try SelfTestRun(of: file, with: "sleep 600 && true") { true }
        }
    }

    @Test("Equal nodes and constants are stored once")
    func sharing() {
        var graph = ONNXGraph(name: "small")
        let image = graph.input("image", .float, [1])
        let once = graph.add("Mul", [image, graph.constant(2)])
        #expect(graph.add("Mul", [image, graph.constant(2)]) == once)
        #expect(graph.add("Mul", [image, graph.constant(3)]) != once)
        #expect(graph.add("Gather", [image], ["axis": .int(0)]) != graph.add("Gather", [image], ["axis": .int(1)]))
    }

    @Test("A changed file and a missing self-test are refused")
    func otherFile() throws {
        try Data("x".utf8).write(to: URL(filePath: file))
        #expect(throws: SelfTestError.otherFile(file, folder: test)) { try SelfTestRun(of: file, with: "true") }
        try AtomicFile.removeAll(test)
        #expect(throws: SelfTestError.missing(test + "/selftest.json")) { try SelfTestRun(of: file, with: "true") }
    }

    @Test("Damaged lists are refused")
    func damaged() throws {
        let list = try AtomicFile.read(test + "/" + SelfTest.fileName)
        #expect(try SelfTest(bytes: list, name: "l").bytes == list)
        // Without its last byte, a line feed, the list is whole.
        for end in 0..<list.count - 1 {
            #expect(throws: SelfTestError.self) { try SelfTest(bytes: Array(list[..<end]), name: "l") }
        }
        let text = String(decoding: list, as: UTF8.self)
        #expect(throws: SelfTestError.otherVersion("l", found: 1)) {
            try SelfTest(bytes: Array("{\"format\": 1, \"images\": []}".utf8), name: "l")
        }
        for (old, new) in [
            ("normal.png", "../normal.png"), ("normal.tiff", ""), ("normal.tiff", ".hidden"),
            ("\"format\" : 2", "\"format\" : 1"), ("1e-05", "-1e-05"),
            ("\"unit\" : ", "\"unit\" : -"),
        ] {
            #expect(text.contains(old))
            #expect(throws: SelfTestError.self, "\(new)") {
                try SelfTest(bytes: Array(text.replacing(old, with: new).utf8), name: "l")
            }
        }
    }

    @Test("The page names file, samples and threshold")
    func page() throws {
        let page = String(decoding: try AtomicFile.read(test + "/README.md"), as: UTF8.self)
        for words in ["`small.onnx`", "uint8", "InferenceSession", "Ort::Session", "nominal verify --onnx small.onnx"] {
            #expect(page.contains(words), "\(words)")
        }
    }

    @Test("The reader of backbones reads what the writer writes")
    func readBack() throws {
        var graph = ONNXGraph(name: "small")
        let image = graph.input("image", .float, [1, 3, 16, 16])
        let weights = SmallModels.numbers(2 * 3 * 9, "weights")
        let value = graph.convolution(
            image, weights, [2, 3, 3, 3], bias: [1, 2], strides: [2, 2], dilations: [1, 1], pads: [1, 1, 1, 1])
        graph.output(value, as: "map", .float, [1, 2, 8, 8])
        let read = try BackboneFile(graph.file(producer: "test", version: "1"), name: "small")
        #expect(read.title == "small" && read.graph.taps.map(\.name).contains("map"))
        guard case .convolution(let convolution) = read.graph.nodes[0].operation else { Issue.record(); return }
        #expect(convolution.weights == weights && convolution.bias == [1, 2])
    }
}
