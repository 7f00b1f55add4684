import AnomalyDetection
import BinaryCoding
import BinaryCodingTestSupport
import ContentStore
import DatasetTestSupport
import Datasets
import Foundation
import Imaging
import Jobs
import Manifests
import Pipeline
import PipelineTestSupport
import Testing

@testable import Stages

/// Detectors that are programs of the user; shell scripts stand in for them.
@Suite("Programs of the user") struct ExternalTests {
    /// A map of NumPy with one value everywhere.
    static func npy(_ value: Float, width: Int = 32, height: Int = 32, values count: Int? = nil) -> [UInt8] {
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(height), \(width)), }"
        header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
        var bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
        for _ in 0..<(count ?? width * height) { bytes += (0..<4).map { UInt8(value.bitPattern >> (8 * $0) & 255) } }
        return bytes
    }

    /// Counts the training images, gives the same map for each image, and the size of its file as the score.
    static let script = """
        case $1 in
        fit) ls train | wc -l > model/count ;;
        score)
            test -s model/count || exit 9
            printf '{' > scores.json
            for image in images/*.png; do
                name=$(basename "$image" .png)
                cp map.npy "maps/$name.npy"
                printf '%s "%s": %d' "$separator" "$name" "$(wc -c < "$image")" >> scores.json
                separator=,
            done
            echo ' }' >> scores.json ;;
        esac
        """

    private let data: TinyDataSet
    private let folder: TemporaryFolder
    private let store: ContentStore

    init() throws {
        data = try TinyDataSet()
        try data.writeCategory("bolt", train: 8)
        try data.write(Array(Self.script.utf8), to: "detect.sh")
        try data.write(Self.npy(0.25), to: "map.npy")
        folder = try TemporaryFolder()
        store = try ContentStore(path: folder.path)
    }

    private func job(_ external: String) throws -> Job {
        let manifest = try data.manifest(
            more: #", "detector": { "kind": "external", "external": { \#(external) } }"#)
        return try Job(manifest) { try $0.map { try Digest.of(filePath: $0) } }
    }

    private func execute(
        _ graph: TaskGraph, allowing programs: [Digest]? = nil, threads: Int = 1, store: ContentStore? = nil
    ) throws -> ExecutionSummary {
        let options = ExecutorOptions(jobs: 1, threads: threads)
        options.shared(ExternalConsent.self).allow(programs)
        return try Executor(store: store ?? self.store, options: options).run(graph)
    }

    private static let usual =
        #""files": ["detect.sh", "map.npy"], "fit": ["sh", "detect.sh", "fit"], "score": ["sh", "detect.sh", "score"]"#

    private func read<Value: Decodable>(
        _ type: Value.Type, _ summary: ExecutionSummary, _ task: String, _ output: String
    ) throws -> Value {
        try StageJSON.decode(type, try store.read(try #require(summary.output(of: TaskID(task), named: output))))
    }

    @Test("A job scores with the program's own scores, with the same bytes for any number of threads")
    func wholeJob() throws {
        let graph = try job(Self.usual + #", "scores": true"#).graph
        let summary = try execute(graph, threads: 2)
        try #require(summary.isSuccess, "\(summary.failures)")
        let scores = try read(ScoreIndex.self, summary, "bolt/metrics", "scores.json").entries
        #expect(scores.count == 2)
        for entry in scores {
            #expect(entry.score > 100 && entry.score == entry.score.rounded())
            let map = try FloatMap.decode(bytes: try store.read(#require(entry.map)), name: "m")
            #expect(map.values.allSatisfy { $0 == 0.25 })
        }
        let bytes = try store.read(try #require(summary.output(of: TaskID("bolt/calibrate"), named: "model")))
        let model = try Model(bytes: bytes, name: "m")
        let payload = try ExternalPayload(bytes: model.payload, name: "p")
        let trained = try read(TrainingIndex.self, summary, "bolt/select", "training.json").entries.count
        #expect(payload.model == [ProgramFile(file: "count", bytes: Array("\(trained)\n".utf8))])
        #expect(payload.files.map(\.file) == ["detect.sh", "map.npy"])
        let facts = try model.detectorFacts(name: "m")
        #expect(facts.map(\.value) == ["sh detect.sh score", "detect.sh, map.npy", "2 bytes in 1 file"])
        let assessment = try read(Assessment.self, summary, "bolt/assess", "assessment.json")
        #expect(assessment.detection.samples > 0 && assessment.robustness.count > 3)
        let other = try ContentStore(path: folder.path + "/other")
        let again = try execute(graph, threads: 1, store: other)
        #expect(again.output(of: TaskID("bolt/calibrate"), named: "model") == Digest.of(bytes))
    }

    @Test("Without scores, an image's score is made of its map, which is not smoothed")
    func scoresOfMaps() throws {
        let script = "for image in images/*; do cp map.npy maps/$(basename $image .png).npy; done"
        let summary = try execute(
            job(#""files": ["map.npy"], "score": ["sh", "-c", "\#(script)"]"#).graph)
        try #require(summary.isSuccess, "\(summary.failures)")
        let scores = try read(ScoreIndex.self, summary, "bolt/metrics", "scores.json").entries
        #expect(scores.map(\.score) == [0.25, 0.25])
    }

    @Test("A changed file of the program changes the key; other files beside it do not")
    func keys() throws {
        func settings() throws -> Digest? {
            try job(Self.usual).graph.tasks.first { $0.id.path == "bolt/external" }?.settings
        }
        let before = try settings()
        try data.write([1], to: "unused.sh")
        #expect(try settings() == before)
        try data.write(Array((Self.script + "\n").utf8), to: "detect.sh")
        #expect(try settings() != before)
        #expect(try job(Self.usual).sourcePaths.contains(data.path + "/detect.sh"))
    }

    @Test("A folder of the program is taken with all files in it, and keeps its place")
    func folders() throws {
        try data.write(Array("cp lib/deep/map.npy maps/000000.npy".utf8), to: "lib/one.sh")
        try data.write(Self.npy(0.5), to: "lib/deep/map.npy")
        try data.write([0], to: "lib/.hidden")
        let graph = try job(#""files": ["lib"], "score": ["lib/one.sh"]"#).graph
        #expect(graph.programs.first?.files.map(\.file) == ["lib/deep/map.npy", "lib/one.sh"])
    }

    @Test("A missing file of the program is named")
    func missingFile() throws {
        #expect {
            try job(#""files": ["none.py"], "score": ["sh"]"#)
        } throws: { error in
            "\(error)".contains("none.py: no such file") && (error as? DatasetError)?.isMissing == true
        }
    }

    @Test("A link that leads out of the folder of the manifest is refused")
    func links() throws {
        try FileManager.default.createSymbolicLink(
            atPath: data.path + "/out.sh", withDestinationPath: folder.path + "/elsewhere")
        _ = try folder.write("", to: "elsewhere")
        #expect(throws: DatasetError.self) { try job(#""files": ["out.sh"], "score": ["sh"]"#) }
    }

    /// Commands with the words of their errors.
    static let faults: [(score: String, more: String, words: String)] = [
        ("exit 3", "", "ended with exit code 3"),
        ("echo broken >&2; exit 1", "", "  broken"),
        ("kill -9 $$", "", "was ended by signal 9"),
        ("sleep 60", #", "timeoutSeconds": 1"#, "took longer than 1 s"),
        ("true", "", "wrote no maps/000000.npy and no maps/000000.tiff"),
        ("@; touch maps/x.npy", "", "wrote maps/x.npy; expected one map for each image"),
        ("@; cp map.npy maps/000000.tiff", "", "expected one map for each image"),
        ("@; cp map.npy maps/999999.npy", "", "wrote maps/999999.npy"),
        ("@; cp small.npy maps/000000.npy", "", "maps/000000.npy has 16 x 16 values, but the image has 32 x 32"),
        ("@; cp nan.npy maps/000000.npy", "", "maps/000000.npy holds nan"),
        ("@; cp short.npy maps/000000.npy", "", "maps/000000.npy is not a map"),
        ("@; ln -sf /etc/passwd maps/000000.npy", "", "maps/000000.npy is not a map"),
        ("@; head -c 1000000 /dev/zero > maps/000000.npy", "", "maps/000000.npy is not a map"),
        ("@; echo '{}' > scores.json", "", "set \\\"scores\\\" to true"),
        ("@", #", "scores": true"#, "scores.json is missing"),
        ("@; echo '{}' > scores.json", #", "scores": true"#, "scores.json has 0 scores"),
        ("@; echo 'x' > scores.json", #", "scores": true"#, "scores.json cannot be read"),
    ]

    @Test("Faults of the program are errors that say what was expected", arguments: faults)
    func errors(score: String, more: String, words: String) throws {
        try data.write(Self.npy(0.25, width: 16, height: 16), to: "small.npy")
        try data.write(Self.npy(.nan), to: "nan.npy")
        try data.write(Self.npy(0.25, values: 1), to: "short.npy")
        let script = score.replacing(
            "@", with: "for image in images/*; do cp map.npy maps/$(basename $image .png).npy; done")
        try data.write(Array(script.utf8), to: "faulty.sh")
        let whole = try job(
            #""files": ["faulty.sh", "map.npy", "small.npy", "nan.npy", "short.npy"], "#
                + #""score": ["sh", "faulty.sh"]"# + more)
        let summary = try execute(TaskGraph(whole.graph.part(neededFor: [TaskID("bolt/calibrate")])))
        let failure = try #require(summary.failures.first)
        #expect(failure.task.path == "bolt/calibrate")
        #expect(failure.message.contains(words.replacing("\\\"", with: "\"")), "\(failure.message)")
    }

    @Test(
        "What a program may not leave as its model is refused",
        arguments: [
            ("ln -s /etc/passwd model/x", "model/x, which is neither"), ("mkfifo model/x", "model/x, which is neither"),
            ("truncate -s 2G model/x", "the limit of a model"), ("no-such-command", "exit code 127"),
        ])
    func unfit(script: String, words: String) throws {
        let whole = try job(#""fit": ["sh", "-c", "\#(script)"], "score": ["true"]"#)
        let summary = try execute(TaskGraph(whole.graph.part(neededFor: [TaskID("bolt/external")])))
        #expect(try #require(summary.failures.first).message.contains(words))
    }

    @Test("A program that is not allowed does not run, neither when it learns nor when it scores")
    func consent() throws {
        let whole = try job(Self.usual + #", "scores": true"#)
        let program = try #require(whole.graph.programs.first)
        let refused = try execute(whole.graph, allowing: [Digest.of([1])])
        #expect(try #require(refused.failures.first).message.contains("--allow-external"))
        #expect(refused.failures.map(\.task.path) == ["bolt/external"])
        #expect(try execute(whole.graph, allowing: [program.digest]).isSuccess)
        // The fitted detector is in the store now.
        let part = try TaskGraph(whole.graph.part(neededFor: [TaskID("bolt/external")]))
        #expect(try execute(part, allowing: []).isSuccess, "a stored result needs no program")
        let other = try job(Self.usual + #", "scores": true, "timeoutSeconds": 9"#)
        let second = try #require(other.graph.programs.first)
        #expect(try second.digest != program.digest)
    }

    @Test("The consent is handed to worker processes as text")
    func consentText() {
        let consent = ExternalConsent()
        #expect(consent.text == nil)
        consent.allow([Digest.of([2]), Digest.of([1])])
        #expect(consent.text == [Digest.of([1]).hex, Digest.of([2]).hex].sorted().joined(separator: ","))
        consent.allow(nil)
        #expect(consent.text?.split(separator: ",").contains("all") == true)
    }
}
