import BinaryCoding
import ContentStore
import Folders

/// A program that scores images, with its files and what it has learnt, as one file.
package struct ExternalPayload: Sendable, Equatable {
    /// Version 1: initial.
    package static let format = FileFormat(magic: "NOMEXTRN", version: 1)
    /// The limits of all files together.
    static let maximumFiles = 10_000, maximumBytes = 1 << 30
    private static let maximumArguments = 1000, maximumNameBytes = 1024

    /// The program; the digests of its files are those of `files`.
    package let program: ExternalProgram
    let files: [ProgramFile]
    /// The files that the command `fit` wrote to the folder `model`, by paths within it.
    let model: [ProgramFile]

    /// - Parameters:
    ///   - files: ordered as in the program.
    ///   - model: ordered by name.
    package init(_ program: ExternalProgram, files: [ProgramFile], model: [ProgramFile]) {
        (self.program, self.files, self.model) = (program, files, model)
    }

    package var bytes: [UInt8] {
        var writer = ByteWriter(Self.format)
        writer.write(program.timeoutSeconds)
        writer.write(UInt8(program.scores ? 1 : 0))
        for arguments in [program.fit, program.score] {
            writer.write(arguments.count)
            for argument in arguments { writer.write(argument) }
        }
        for list in [files, model] {
            writer.write(list.count)
            for file in list {
                writer.write(file.file)
                writer.write(block: file.bytes)
            }
        }
        return writer.bytes
    }

    /// - Throws: `FormatError`.
    package init(bytes: [UInt8], name: String) throws(FormatError) {
        var reader = try ByteReader(bytes, Self.format, name: name)
        let timeout = try reader.readInt("the time limit in seconds", in: 1...Int(Int32.max))
        let scores = try reader.readUInt8()
        guard scores <= 1 else { throw .damaged(name, what: "a flag that is neither 0 nor 1") }
        let fit = try Self.arguments(&reader, name), score = try Self.arguments(&reader, name)
        guard !score.isEmpty else { throw .damaged(name, what: "no command that scores") }
        files = try Self.files(&reader, name)
        model = try Self.files(&reader, name)
        try reader.finish()
        guard files.allSatisfy({ !ExternalProgram.reservedNames.contains(String($0.file.prefix { $0 != "/" })) }) else {
            throw .damaged(name, what: "a file of the program in a place for images or results")
        }
        program = ExternalProgram(
            files: files.map { ExternalProgram.File(file: $0.file, digest: Digest.of($0.bytes)) }, fit: fit,
            score: score, scores: scores == 1, timeoutSeconds: timeout)
    }

    private static func arguments(_ reader: inout ByteReader, _ name: String) throws(FormatError) -> [String] {
        var found: [String] = []
        for _ in 0..<(try reader.readInt("the number of arguments", in: 0...maximumArguments)) {
            let argument = try reader.readText()
            guard !argument.utf8.contains(0), !found.isEmpty || !argument.isEmpty else {
                throw .damaged(name, what: "an argument that no command can have")
            }
            found.append(argument)
        }
        return found
    }

    private static func files(_ reader: inout ByteReader, _ name: String) throws(FormatError) -> [ProgramFile] {
        var found: [ProgramFile] = []
        var folders = Set<Substring>()
        for _ in 0..<(try reader.readInt("the number of files", in: 0...maximumFiles)) {
            let file = try reader.readText()
            guard isPlace(file), found.last.map({ $0.file.utf8.lexicographicallyPrecedes(file.utf8) }) ?? true else {
                throw .damaged(name, what: "a path that leads out of its folder, or out of order")
            }
            var end = file.startIndex
            while let slash = file[end...].firstIndex(of: "/") {
                folders.insert(file[..<slash])
                end = file.index(after: slash)
            }
            found.append(ProgramFile(file: file, bytes: try reader.readBlock(of: UInt8.self)))
        }
        guard !found.contains(where: { folders.contains($0.file[...]) }) else {
            throw .damaged(name, what: "a path that is both a file and a folder")
        }
        return found
    }

    /// True for a relative path as a listing would give it, which stays in its folder.
    private static func isPlace(_ path: String) -> Bool {
        (1...maximumNameBytes).contains(path.utf8.count) && PathText.read(path) == path && !path.utf8.contains(0)
            && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
                !$0.isEmpty && $0 != "." && $0 != ".."
            }
    }
}
