import ContentStore
import Pipeline

extension TaskContext {
    /// An input as text.
    public func text(of input: String) throws -> String {
        String(decoding: try AtomicFile.read(inputPath(input)), as: UTF8.self)
    }

    /// Writes an output as text.
    public func write(_ text: String, to output: String = "out") throws {
        try AtomicFile.writePrivate(Array(text.utf8), to: outputPath(output))
    }
}
