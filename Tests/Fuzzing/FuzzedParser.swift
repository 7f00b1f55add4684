/// One reader of bytes that may come from others, and what to try on it.
struct FuzzedParser: Sendable {
    /// Reads an input. An error is what a damaged file has to give; a broken promise ends the program.
    typealias Reader = (_ bytes: [UInt8]) throws -> Void

    let name: String
    /// Inputs longer than this are cut off: long ones take time and show little that short ones do not.
    var maximumBytes = 4096
    /// Texts that mean something in the format.
    var words: [String] = []
    /// True if memory without a reference is a fault. References are known in C code only: in Swift, they may lie in
    /// the spare bits of a value.
    var checksLeaks = false
    /// Valid files, which inputs are made from.
    let seeds: @Sendable () throws -> [[UInt8]]
    /// Makes a reader; the folder is empty and belongs to it.
    let reader: @Sendable (_ folder: String) throws -> Reader

    static let all =
        images + evaluation + manifests + binaries + backbones + bundles + runFolders
        + attestations + deployment + annotations + published
        + [
            pathText, workerRecord, elementSpecification, shardRecord, slurmQueue, roll, verdict,
            exportList,
        ]

    static func named(_ name: String) throws(FuzzError) -> FuzzedParser {
        guard let parser = (all + [anyImage, faulty]).first(where: { $0.name == name }) else {
            throw .unknownParser(name, known: all.map { $0.name })
        }
        return parser
    }
}

/// Why nothing can be tried.
enum FuzzError: Error, CustomStringConvertible {
    case unknownParser(String, known: [String])
    case notGuided
    case noSeeds(parser: String)
    case failedToPrepare(parser: String, reason: String)

    var description: String {
        switch self {
        case .unknownParser(let name, let known):
            "there is no parser \"\(name)\"; choose one of \(known.joined(separator: ", "))"
        case .notGuided: "this program was built without libFuzzer; use make fuzz, which builds one with it"
        case .noSeeds(let parser): "\(parser) has no valid files to begin with; run in the folder of the repository"
        case .failedToPrepare(let parser, let reason): "\(parser) cannot be tried: \(reason)"
        }
    }
}
