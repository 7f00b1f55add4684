import ContentStore
import Folders
import Glibc
import Host
import Imaging
import Pipeline

/// The folder that a program of the user works in. It lies in the folder of the attempt, and is removed afterwards.
struct WorkingFolder {
    let path: String
    private let parent: String
    private let context: TaskContext

    /// Calls `body` with a new folder that holds the program's files.
    static func with<Result>(
        _ files: [ProgramFile], _ context: TaskContext, _ body: (WorkingFolder) throws -> Result
    ) throws -> Result {
        let parent = context.outputPath("work")
        try AtomicFile.createPrivateFolder(parent)
        try AtomicFile.createPrivateFolder(parent + "/here")
        guard let path = NamedFolder.place(of: parent + "/here") else {
            throw ExternalFault.failed(task: "\(context.task)", reason: "\(parent) was removed; run again")
        }
        let folder = WorkingFolder(path: path, parent: parent, context: context)
        let result: Result
        do {
            try folder.write(files)
            result = try body(folder)
        } catch {
            try? AtomicFile.removeAll(parent)
            throw error
        }
        try AtomicFile.removeAll(parent)
        return result
    }

    func createFolder(_ name: String) throws { try AtomicFile.createPrivateFolder(path + "/" + name) }

    /// Writes files, which may all be run as programs.
    ///
    /// - Parameter prefix: the folder for all of them, with a slash at its end.
    func write(_ files: [ProgramFile], under prefix: String = "") throws {
        var folders = Set<String>()
        for file in files {
            let place = prefix + file.file
            var end = place.startIndex
            while let slash = place[end...].firstIndex(of: "/") {
                let folder = String(place[..<slash])
                if folders.insert(folder).inserted, try !AtomicFile.exists(path + "/" + folder) {
                    try createFolder(folder)
                }
                end = place.index(after: slash)
            }
            let target = path + "/" + place
            try AtomicFile.writePrivate(file.bytes, to: target)
            guard unsafe chmod(target.systemPath, 0o755) == 0 else {
                throw ExternalFault.failed(
                    task: "\(context.task)",
                    reason: "\(target) cannot be made executable: \(SystemReason.text(of: errno))")
            }
        }
    }

    /// Writes images as `FOLDER/000000.png` and so on.
    func write(_ images: some Sequence<PlanarImage>, to folder: String) throws {
        try createFolder(folder)
        for (number, image) in images.enumerated() {
            try AtomicFile.writePrivate(
                try PNGEncoder.encode(image), to: "\(path)/\(folder)/\(Self.name(number)).png")
        }
    }

    /// The name of an image and its map, without extension.
    static func name(_ number: Int) -> String {
        String(repeating: "0", count: max(0, 6 - "\(number)".count)) + "\(number)"
    }

    /// Runs a command of the program here.
    func run(_ arguments: [String], _ program: ExternalProgram, variables: [String] = []) throws {
        do {
            try ConfinedCommand(arguments, timeoutSeconds: program.timeoutSeconds, variables: variables)
                .run(in: path, log: parent + "/log", context)
        } catch let fault as CommandFault {
            throw ExternalFault.failed(task: "\(context.task)", reason: "\(fault)")
        }
    }

    /// The files in a folder and below, by paths within it, ordered by name.
    ///
    /// - Parameter free: the bytes that they may take together.
    /// - Throws: `ExternalFault.notPlain` for a link or device, `tooLarge`.
    func files(in folder: String, free: Int) throws -> [ProgramFile] {
        let task = "\(context.task)"
        var found: [ProgramFile] = []
        var bytes = 0
        func walk(_ prefix: String) throws {
            for name in try FolderListing.names(in: "\(path)/\(folder)/\(prefix)") {
                let place = prefix + name, file = "\(path)/\(folder)/\(place)"
                guard let entry = try NamedFolder.inspect(file), !entry.isLink else {
                    throw ExternalFault.notPlain(task: task, file: "\(folder)/\(place)")
                }
                if entry.kind == .folder {
                    try walk(place + "/")
                    continue
                }
                do {
                    let content = try RegularFile(file)
                    bytes += content.sizeBytes
                    guard bytes <= free, found.count < ExternalPayload.maximumFiles else {
                        throw ExternalFault.tooLarge(
                            task: task, limitFiles: ExternalPayload.maximumFiles,
                            limitBytes: ExternalPayload.maximumBytes)
                    }
                    found.append(ProgramFile(file: place, bytes: try content.read(content.sizeBytes)))
                } catch RegularFile.Fault.notRegular {
                    throw ExternalFault.notPlain(task: task, file: "\(folder)/\(place)")
                }
            }
        }
        try walk("")
        return found.sorted { $0.file.utf8.lexicographicallyPrecedes($1.file.utf8) }
    }
}
