import Foundation

/// PyTorch in the system's Python, which computes the same networks where it is installed.
enum PyTorch {
    static let isInstalled = (try? run(["-c", "import torch"], silently: true)) == 0

    /// Runs whole_network.py on a case that is given as bytes.
    static func answer(to bytes: Data) throws -> Data {
        let folder = FileManager.default.temporaryDirectory.appending(path: "whole-network-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (question, answer) = (folder.appending(path: "case"), folder.appending(path: "answer"))
        try bytes.write(to: question)
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "whole_network.py")
        let status = try run([script.path, question.path, answer.path])
        guard status == 0 else { throw Failure(status: status) }
        return try Data(contentsOf: answer)
    }

    struct Failure: Error { var status: Int32 }

    private static func run(_ arguments: [String], silently: Bool = false) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        if silently { process.standardError = FileHandle.nullDevice }
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
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
