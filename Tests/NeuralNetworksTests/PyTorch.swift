import Foundation
import PythonTestSupport

/// PyTorch, which computes the same networks where `make setup-torch` has installed it.
enum PyTorch {
    static let isInstalled = ProjectPython.has("torch")

    /// Runs whole_network.py on a case that is given as bytes.
    static func answer(to bytes: Data) throws -> Data {
        let folder = FileManager.default.temporaryDirectory.appending(path: "whole-network-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (question, answer) = (folder.appending(path: "case"), folder.appending(path: "answer"))
        try bytes.write(to: question)
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "whole_network.py")
        _ = try ProjectPython.output(of: [script.path, question.path, answer.path])
        return try Data(contentsOf: answer)
    }
}

extension Data {
    mutating func append<Number: BitwiseCopyable>(numbers: [Number]) {
        numbers.withUnsafeBytes { append(contentsOf: $0) }
    }

    func numbers<Number: BitwiseCopyable>(_: Number.Type, in range: Range<Int>) -> [Number] {
        self[range].withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: MemoryLayout<Number>.stride).map {
                bytes.loadUnaligned(fromByteOffset: $0, as: Number.self)
            }
        }
    }
}
