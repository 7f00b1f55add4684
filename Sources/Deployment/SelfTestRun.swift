import ContentStore
import Foundation
import Glibc
import Imaging
import Pipeline
import Stages

/// A program's results on a self-test, compared with the expected ones.
package struct SelfTestRun {
    package struct Result: Codable, Equatable, Sendable {
        package var image: String
        package var scoreDifference, mapDifference: Double
        package var hasSameVerdict: Bool

        package func isEqual(_ tolerance: SelfTestTolerance) -> Bool {
            scoreDifference <= tolerance.score && mapDifference <= tolerance.map && hasSameVerdict
        }
    }

    package let results: [Result]
    package let tolerance: SelfTestTolerance
    package var isSound: Bool { results.allSatisfy { $0.isEqual(tolerance) } }

    /// Runs the command once for each image, with the ONNX file and the image as further arguments.
    ///
    /// - Parameters:
    ///   - file: the ONNX file.
    ///   - command: the words of a shell.
    ///   - isStopped: true to kill the program and end.
    /// - Throws: `SelfTestError`, `ImagingError`, `StoreError`.
    package init(of file: String, with command: String, isStopped: () -> Bool = { false }) throws {
        let folder = SelfTest.folder(of: file), list = folder + "/" + SelfTest.fileName
        for path in [file, list] where try !AtomicFile.exists(path) { throw SelfTestError.missing(path) }
        let test = try SelfTest(bytes: try AtomicFile.read(list, limitBytes: 1 << 20), name: list)
        guard try Digest.of(filePath: file) == test.onnxSHA256 else {
            throw SelfTestError.otherFile(file, folder: folder)
        }
        guard let tolerance = SelfTestTolerance(precision: test.precision) else {
            fatalError("a self-test with the precision \(test.precision) was read")
        }
        self.tolerance = tolerance
        results = try test.images.map { expected in
            let image = folder + "/" + expected.file
            for path in [image, folder + "/" + expected.map] where try !AtomicFile.exists(path) {
                throw SelfTestError.missing(path)
            }
            let output = try ProgramOutput.of(command, [file, image], isStopped)
            do {
                return try RunnerAnswer(bytes: output).compared(
                    with: expected, map: try FloatMap.decode(path: folder + "/" + expected.map), test)
            } catch let error as RunnerAnswer.Fault {
                throw SelfTestError.answer(command: command, image: expected.file, what: error.what)
            }
        }
    }
}

/// The JSON that a program prints for an image.
package struct RunnerAnswer: Decodable {
    package struct Fault: Error { var what: String }

    private enum CodingKeys: String, CodingKey {
        case score
        case normalizedScore = "normalized_score"
        case isAnomalous = "is_anomalous"
        case map = "anomaly_map"
    }

    private let score, normalizedScore: Double
    private let isAnomalous: Bool
    /// Rows from top to bottom.
    private let map: [[Float]]

    /// - Throws: `Fault`.
    package init(bytes: [UInt8]) throws {
        do {
            self = try StageJSON.decode(RunnerAnswer.self, bytes)
        } catch {
            throw Fault(what: "is not the JSON of a result (\(error))")
        }
    }

    /// - Throws: `Fault` for a map of another size.
    func compared(with expected: SelfTest.Image, map wanted: FloatMap, _ test: SelfTest) throws -> SelfTestRun.Result {
        guard map.count == wanted.height, map.allSatisfy({ $0.count == wanted.width }) else {
            throw Fault(
                what: "has a map of \(map.first?.count ?? 0) x \(map.count) values for an image of \(wanted.width) x "
                    + "\(wanted.height)")
        }
        let unit = Double(test.unit)
        let scale = max(abs(Double(expected.score)), test.isLinear ? unit : 0, Double(Float.leastNormalMagnitude))
        // A difference of the normalised score, back in the unit of scores.
        let difference = max(
            abs(score - Double(expected.score)), abs(normalizedScore - Double(expected.normalizedScore)) * unit)
        let range = Double((wanted.values.max() ?? 0) - (wanted.values.min() ?? 0))
        let mapDifference = zip(map.joined(), wanted.values).reduce(0.0) {
            max($0, abs(Double($1.0) - Double($1.1)))
        }
        return SelfTestRun.Result(
            image: expected.file, scoreDifference: difference / scale,
            mapDifference: mapDifference / max(range, Double(Float.leastNormalMagnitude)),
            hasSameVerdict: isAnomalous == expected.isAnomalous)
    }
}

/// The standard output of a program.
private enum ProgramOutput {
    private static let limitBytes = 1 << 30
    private static let pollMicroseconds: UInt32 = 2000

    /// - Throws: `SelfTestError.failed`, `AttemptFailure`.
    static func of(_ command: String, _ arguments: [String], _ isStopped: () -> Bool) throws -> [UInt8] {
        let pipe = Pipe()
        let tree = try ProcessTree(
            "/bin/sh", ["-c", "exec \(command) \"$@\"", "nominal"] + arguments,
            output: pipe.fileHandleForWriting.fileDescriptor)
        try pipe.fileHandleForWriting.close()
        let descriptor = pipe.fileHandleForReading.fileDescriptor
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let status = tree.status()
            // After the status, so that the last output is not lost.
            while case let count = unsafe buffer.withUnsafeMutableBytes({
                unsafe read(descriptor, $0.baseAddress, $0.count)
            }), count > 0 {
                bytes += buffer[..<count]
                guard bytes.count <= limitBytes else {
                    tree.kill()
                    throw SelfTestError.answer(
                        command: command, image: arguments.last ?? "", what: "is longer than \(limitBytes) bytes")
                }
            }
            if let status {
                if status == 0 { return bytes }
                throw SelfTestError.failed(
                    command: command, image: arguments.last ?? "",
                    status: status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F)
            }
            if isStopped() {
                tree.kill()
                throw SelfTestError.interrupted
            }
            usleep(pollMicroseconds)
        }
    }
}
