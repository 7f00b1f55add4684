import ContentStore
import Foundation
import Pipeline
import StrictJSON

/// The JSON that stages exchange: sorted keys and no white space, so that equal values have equal bytes.
package enum StageJSON {
    /// The size limit of a blob, which may come from an untrusted bundle.
    package static let limitBytes = 1 << 30

    package static func encode(_ value: some Encodable) throws -> [UInt8] { try StrictJSON.encode(value) }

    /// Indented JSON for people.
    package static func pretty(_ value: some Encodable) throws -> [UInt8] {
        try StrictJSON.encode(value, isIndented: true)
    }

    package static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
        try StrictJSON.decode(type, from: bytes, sizeLimit: limitBytes)
    }
}

extension TaskContext {
    func read(_ input: String) throws -> [UInt8] { try AtomicFile.read(try inputPath(input)) }

    /// The content of a blob that an input references.
    func blob(_ digest: Digest) throws -> [UInt8] { try AtomicFile.read(try blobPath(digest)) }

    func readJSON<Value: Decodable>(_ type: Value.Type, _ input: String) throws -> Value {
        try StageJSON.decode(type, try AtomicFile.read(try inputPath(input), limitBytes: StageJSON.limitBytes))
    }

    func write(_ bytes: [UInt8], to output: String) throws {
        try AtomicFile.writePrivate(bytes, to: outputPath(output))
    }

    func writeJSON(_ value: some Encodable, to output: String) throws { try write(StageJSON.encode(value), to: output) }

    /// The inputs with a name prefix, in the order of the task.
    func inputs(startingWith prefix: String) -> [String] { inputNames.filter { $0.hasPrefix(prefix) } }
}
