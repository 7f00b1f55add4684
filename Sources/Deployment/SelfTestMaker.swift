import AnomalyDetection
import ContentStore
import Datasets
import Imaging
import Jobs
import Pipeline
import Stages

/// Makes the self-test of an exported model: scores images exactly as `nominal score` does, or with 8 bits as the
/// exported network does.
package struct SelfTestMaker {
    private let export: ModelExport
    private let backbone: [UInt8]?

    /// - Parameter backbone: the stored bytes of the network that the model was fitted to; nil if it has none.
    package init(_ export: ModelExport, backbone: [UInt8]?) { (self.export, self.backbone) = (export, backbone) }

    /// Writes the folder of the self-test.
    ///
    /// - Parameters:
    ///   - file: the ONNX file.
    ///   - normal: a normal image; nil for a generated one.
    ///   - work: an empty folder for the images and a store.
    ///   - threads: the number of threads for scoring.
    package func write(beside file: String, normal: PlanarImage?, work: String, threads: Int) throws {
        let images = SelfTestImages(export.model.grid, normal: normal, size: export.size).named
        let inputs = work + "/images", folder = SelfTest.folder(of: file)
        try AtomicFile.createFolder(inputs)
        var files: [(name: String, bytes: [UInt8])] = []
        for (name, image) in images {
            let bytes =
                try export.samples == .uint16 ? PNGEncoder.encode16(image) : PNGEncoder.encode(image)
            files.append((name + ".png", bytes))
            try AtomicFile.writePrivate(bytes, to: "\(inputs)/\(name).png")
        }
        let results =
            try export.quantized.map { quantized in
                try files.map { try result(of: quantized.detect($0.bytes, name: $0.name)) }
            } ?? results(images.map(\.name), inputs, work, threads: threads)
        var expected: [SelfTest.Image] = []
        for ((name, _), result) in zip(images, results) {
            files.append((name + ".tiff", result.map))
            expected.append(
                SelfTest.Image(
                    file: name + ".png", map: name + ".tiff", score: result.score,
                    normalizedScore: result.normalizedScore, isAnomalous: result.isAnomalous))
        }
        let calibration = export.model.calibration
        let test = SelfTest(
            model: export.model.name, modelSHA256: export.digest, onnxSHA256: Digest.of(export.bytes),
            unit: calibration.unit, isLinear: calibration.scale == .linear, tolerance: export.tolerance,
            images: expected)
        files.append((SelfTest.fileName, try test.bytes))
        files.append(("README.md", Array(DeploymentGuide(export, file: file, normal: normal).text.utf8)))
        try AtomicFile.createFolder(folder)
        for (name, bytes) in files { try AtomicFile.write(bytes, to: "\(folder)/\(name)", onlyIfChanged: true) }
    }

    private struct Result {
        /// A TIFF.
        var map: [UInt8]
        var score, normalizedScore: Float
        var isAnomalous: Bool
    }

    private func result(of detection: Detection) throws -> Result {
        let calibration = export.model.calibration
        return Result(
            map: try detection.map.tiffBytes(), score: detection.score,
            normalizedScore: calibration.normalized(detection.score),
            isAnomalous: calibration.isAnomaly(detection.score))
    }

    /// The results of `nominal score` for images.
    private func results(_ names: [String], _ inputs: String, _ work: String, threads: Int) throws -> [Result] {
        let store = try ContentStore(path: work + "/store")
        if let backbone { _ = try store.put(bytes: backbone) }
        let job = try ScoringJob(
            model: export.model, category: try DatasetScan.images(below: inputs), engine: nil,
            setAsideBadImages: false, store: store
        ) { try $0.map { try Digest.of(filePath: $0) } }
        let options = ExecutorOptions(jobs: 1, threads: threads, keyParts: Job.keyParts)
        let summary = try Executor(store: store, options: options).run(job.graph)
        if let failure = summary.failures.first { throw AttemptFailure(.failed, failure.message) }
        let scores = Dictionary(
            uniqueKeysWithValues: try job.scores(summary, store).map { ($0.file, $0) })
        return try names.map { name in
            guard let entry = scores[name + ".png"], let map = entry.map else { fatalError("no map of \(name).png") }
            return Result(
                map: try store.read(map), score: entry.score, normalizedScore: entry.normalizedScore,
                isAnomalous: entry.verdict == .anomalous)
        }
    }
}
