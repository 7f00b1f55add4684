import AnomalyDetection
import ContentStore
import Datasets
import Manifests
import Pipeline

/// What a chain of training tasks starts from.
struct TrainingInputs {
    var training, normalization: TaskInput
    /// Says if the data set is grey.
    var colour: TaskInput
    var textures: TaskInput?
    /// A checkpoint to go on from; nil for new weights.
    var checkpoint: TaskInput?
}

extension GraphAssembler {
    /// Tasks that decode images, each for some of them, which depend on their names.
    /// - Parameter prefix: of the names of the tasks; a label follows, which is returned too.
    mutating func addIngest(
        _ prefix: String, _ sources: [LocatedSource], _ view: ImageView, _ manifest: JobManifest,
        _ onBadImage: DatasetSection.BadImagePolicy, isIntermediate: Bool
    ) -> [(label: String, task: TaskID)] {
        ContentDefinedChunks.split(sources, size: manifest.scoring.shardSize, name: \.source.file).map { chunk in
            let task = add(
                prefix + chunk.label,
                IngestStage(
                    images: chunk.elements.map(\.source), width: view.width, height: view.height, range: view.range,
                    onBadImage: onBadImage),
                sources: chunk.elements.locations, isIntermediate: isIntermediate)
            return (chunk.label, task)
        }
    }

    mutating func addTextures(_ files: [SourceImage], _ digestOf: [String: Digest]) throws(DatasetError) -> TaskID {
        var sources: [LocatedSource] = []
        for file in files { sources.append(try LocatedSource(file, digestOf)) }
        let textures = sources.map { TextureStage.Texture(file: $0.source.file, digest: $0.source.digest) }
        return add(
            "textures", TextureStage(files: textures), sources: sources.locations, isIntermediate: true)
    }

    /// The tasks of a training: for each shard one that makes its corruptions, and one that takes its steps.
    mutating func addTraining(
        _ name: String, _ recipe: TrainingRecipe, on start: TrainingInputs
    ) -> (checkpoints: [TaskID], corruptions: [TaskID]) {
        var checkpoints: [TaskID] = []
        var allCorruptions: [TaskID] = []
        for shard in 0..<recipe.training.shardCount {
            let label = String(repeating: "0", count: max(0, 4 - "\(shard)".count)) + "\(shard)"
            var inputs = [start.training, start.colour]
            if let textures = start.textures { inputs.append(textures) }
            let corruptions = add(
                "\(name)/corrupt/\(label)", CorruptStage(recipe, shard: shard),
                inputs: inputs, isIntermediate: true)
            allCorruptions.append(corruptions)
            inputs = [
                start.training, start.normalization, start.colour, TaskInput("corruptions", corruptions, "corruptions"),
            ]
            if let last = checkpoints.last {
                inputs.append(TaskInput("checkpoint", last, "checkpoint"))
            } else if let checkpoint = start.checkpoint {
                inputs.append(checkpoint)
            }
            checkpoints.append(
                add(
                    "\(name)/train/\(label)",
                    TrainStage(recipe),
                    inputs: inputs, resources: .wholeMachine, isIntermediate: true))
        }
        return (checkpoints, allCorruptions)
    }
}
