import Manifests
import Pipeline
import Stages

extension GraphAssembler {
    /// Adds the tasks that make a model. Of several candidates, one task takes the best.
    ///
    /// - Returns: the tasks that make `training.json`, and `model` with `calibration.json`; the input of an assessment
    ///   that names the candidates, empty if there was no choice.
    package mutating func addModel(
        _ name: String, _ category: String, _ recipe: TrainingRecipe, _ manifest: JobManifest, _ inputs: FitInputs
    ) -> (fit: TaskID, calibrate: TaskID, candidates: [TaskInput]) {
        var candidates: [(name: String, recipe: TrainingRecipe, checkpoints: [TaskID])] = []
        var labels: [String]?
        switch recipe.detector.form {
        case .single(.autoencoder):
            candidates = inputs.checkpoints.enumerated().map { ("candidate-\($0)", recipe, [$1]) }
        case .single, .fusion: candidates = [("", recipe, inputs.checkpoints)]
        case .choice(let detectors):
            labels = detectors.map(\.label)
            candidates = detectors.map { ($0.label, recipe.with($0), inputs.checkpoints) }
        }
        guard candidates.count > 1 else {
            let made = addCandidate(name, category, recipe, manifest, inputs)
            return (made.fit, made.calibrate, [])
        }
        var compared: [TaskInput] = []
        for (number, candidate) in candidates.enumerated() {
            let own = "\(name)/\(candidate.name)"
            var ownInputs = inputs
            ownInputs.checkpoints = candidate.checkpoints
            if candidate.recipe.detector.backbone == nil { ownInputs.backbone = [] }
            let made = addCandidate(own, category, candidate.recipe, manifest, ownInputs)
            let assess = addAssessment(
                own, candidate.recipe, [TaskInput("model", made.calibrate, "model")], ownInputs, isBrief: true)
            compared += [
                TaskInput("training.json.\(number)", made.fit, "training.json"),
                TaskInput("model.\(number)", made.calibrate, "model"),
                TaskInput("calibration.json.\(number)", made.calibrate, "calibration.json"),
                TaskInput("assessment.json.\(number)", assess, "assessment.json"),
            ]
        }
        let fusion = candidates.firstIndex { if case .fusion = $0.recipe.detector.form { true } else { false } }
        let choose = add(
            "\(name)/choose", ChooseStage(count: candidates.count, labels: labels, fusion: fusion), inputs: compared)
        return (choose, choose, [TaskInput("candidates", choose, "candidates.json")])
    }

    private mutating func addCandidate(
        _ name: String, _ category: String, _ recipe: TrainingRecipe, _ manifest: JobManifest, _ inputs: FitInputs
    ) -> (fit: TaskID, calibrate: TaskID) {
        let fit = addFit(name, recipe, manifest, inputs)
        return (fit, addCalibration(name, category, fit, recipe, manifest, inputs))
    }

    /// Adds the task that makes a model of a detector.
    package mutating func addCalibration(
        _ name: String, _ category: String, _ fit: TaskID, _ recipe: TrainingRecipe, _ manifest: JobManifest,
        _ inputs: FitInputs
    ) -> TaskID {
        add(
            "\(name)/calibrate", CalibrateStage(category, recipe, manifest),
            inputs: [TaskInput("detector", fit, "detector"), inputs.training, inputs.heldOut, inputs.colour]
                + inputs.backbone + (manifest.calibration.costs == nil ? [] : inputs.textures)
                + [inputs.region].compactMap(\.self),
            resources: .wholeMachine)
    }

    /// Adds the task that measures a model without labels.
    ///
    /// - Parameter model: the model, perhaps with the candidates that it was chosen from.
    mutating func addAssessment(
        _ name: String, _ recipe: TrainingRecipe, _ model: [TaskInput], _ inputs: FitInputs, isBrief: Bool = false
    ) -> TaskID {
        add(
            "\(name)/assess",
            AssessStage(engine: recipe.scoringEngine, seed: recipe.training.seed, isBrief: isBrief),
            inputs: model + [inputs.training, inputs.heldOut, inputs.colour] + inputs.backbone + inputs.textures,
            resources: .wholeMachine)
    }
}
