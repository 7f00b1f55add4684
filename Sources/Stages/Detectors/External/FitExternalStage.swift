import AnomalyDetection
import ContentStore
import Pipeline

/// Lets a program of the user learn from the normal images, and packs it with what it has learnt.
package struct FitExternalStage: Stage {
    package static let name = "external"
    package static let version = 1

    package var external: ExternalProgram
    /// The variable `NOMINAL_SEED` of the command.
    var seed: UInt64
    var grid: TileGrid

    package init(external: ExternalProgram, seed: UInt64, grid: TileGrid) {
        (self.external, self.seed, self.grid) = (external, seed, grid)
    }

    package var outputs: [String] { ["detector", "training.json"] }

    package func run(_ context: TaskContext) throws {
        try context.shared(ExternalConsent.self).require(external, task: context.task)
        var free = ExternalPayload.maximumBytes
        let files = try external.files.map { file in
            let bytes = try SourceBytes.read(context.source(file.file), expecting: file.digest, name: file.file)
            free -= bytes.count
            return ProgramFile(file: file.file, bytes: bytes)
        }
        guard free >= 0 else {
            throw ExternalFault.tooLarge(
                task: "\(context.task)", limitFiles: ExternalPayload.maximumFiles,
                limitBytes: ExternalPayload.maximumBytes)
        }
        let model = external.fit.isEmpty ? [] : try fitted(files, free: free, context)
        try context.write(ExternalPayload(external, files: files, model: model).bytes, to: "detector")
        try context.writeJSON([TrainingPoint](), to: "training.json")
    }

    private func fitted(_ files: [ProgramFile], free: Int, _ context: TaskContext) throws -> [ProgramFile] {
        let images = try TrainingImages(try context.readJSON(TrainingIndex.self, "training"), context, grid)
        return try WorkingFolder.with(files, context) { folder in
            try folder.write((0..<images.count).lazy.map(images.image), to: "train")
            try images.requireReadable()
            try folder.createFolder("model")
            try folder.run(external.fit, external, variables: ["NOMINAL_SEED=\(seed)"])
            return try folder.files(in: "model", free: free)
        }
    }
}
