import AnomalyDetection
import ContentStore
import Jobs
import Pipeline
import Stages

/// The tasks that make the new model of a night.
extension NightGraph {
    struct NewModel {
        var fit, calibrate: TaskID
        /// The list of those that the model was chosen from; empty if there was no choice.
        var candidates: [TaskInput] = []
    }

    /// - Parameters:
    ///   - champion: the model in production, which training continues from and a memory grows from.
    ///   - enrol: the task that splits the members of the roll.
    mutating func makeModel(from champion: RetrainingJob.Known?, enrol: TaskID) throws -> NewModel {
        var start = TrainingInputs(
            training: TaskInput("training", enrol, "training.json"),
            normalization: TaskInput("normalization", enrol, "normalization.json"),
            colour: TaskInput("colour", enrol, "colour.json"), textures: textures)
        var segmentation: TaskInput?
        if isWarm, let champion { segmentation = try continueTraining(of: champion, &start) }
        let trained =
            recipe.detector.isTrained
            ? assembler.addTraining(images.model, recipe, on: start) : (checkpoints: [], corruptions: [])
        let normals = TaskInput("training", enrol, "normals.json")
        let inputs = FitInputs(
            training: normals, heldOut: TaskInput("heldout", enrol, "heldout.json"), normalization: start.normalization,
            colour: start.colour, textures: textures.map { [$0] } ?? [], checkpoints: trained.checkpoints.suffix(1),
            corruptions: trained.corruptions, segmentation: segmentation, backbone: backbone, external: images.program,
            region: region)
        guard let extending, let champion else {
            let (fit, calibrate, candidates) = assembler.addModel(
                images.model, images.category, recipe, images.manifest, inputs)
            return NewModel(fit: fit, calibrate: calibrate, candidates: candidates)
        }
        let fit = assembler.add(
            "\(images.model)/memory", extending,
            inputs: [champion.input, start.training, TaskInput("normals", enrol, "normals.json"), start.colour]
                + backbone, resources: .wholeMachine)
        let calibrate = assembler.addCalibration(
            images.model, images.category, fit, recipe, images.manifest, inputs)
        return NewModel(fit: fit, calibrate: calibrate)
    }

    /// Adds the task that takes the networks out of the model in production.
    ///
    /// - Parameter start: receives its checkpoint and its normalisation.
    /// - Returns: the checkpoint of its segmentation network; nil if the new model has none of its width.
    private mutating func continueTraining(
        of champion: RetrainingJob.Known, _ start: inout TrainingInputs
    ) throws -> TaskInput? {
        let known = try champion.model.segmentation(name: "the model in production")?.baseWidth
        let withSegmentation = known != nil && known == recipe.detector.segmentation?.baseWidth
        let warm = assembler.add(
            "\(images.model)/warm-start", WarmStartStage(withSegmentation: withSegmentation),
            inputs: [champion.input])
        start.normalization = TaskInput("normalization", warm, "normalization.json")
        start.checkpoint = TaskInput("checkpoint", warm, "checkpoint")
        return withSegmentation ? TaskInput("checkpoint", warm, "segmentation") : nil
    }
}
