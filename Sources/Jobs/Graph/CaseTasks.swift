import Pipeline

/// The tasks of one case of a job, and what they give to the tasks that join all cases, under the case's number.
struct CaseTasks {
    var recipe: TrainingRecipe
    var ingests, corruptions: [TaskID]
    var model: ModelTasks
    var select, metrics, confidence, drift, card: TaskID
    var overlays: [TaskID]

    func aggregateInputs(_ number: Int) -> [TaskInput] {
        [
            TaskInput("metrics.\(number)", metrics, "metrics.json"),
            TaskInput("scores.\(number)", confidence, "scores.json"),
            TaskInput("assessment.\(number)", model.assess, "assessment.json"),
        ]
    }

    func reportInputs(_ number: Int) -> [TaskInput] {
        [
            TaskInput("assessment.\(number)", model.assess, "assessment.json"),
            TaskInput("metrics.\(number)", metrics, "metrics.json"),
            TaskInput("scores.\(number)", confidence, "scores.json"),
            TaskInput("uncertainty.\(number)", confidence, "uncertainty.json"),
            TaskInput("calibration.\(number)", model.calibrate, "calibration.json"),
            TaskInput("training.\(number)", model.fit, "training.json"),
            TaskInput("trained.\(number)", select, "training.json"),
            TaskInput("drift.\(number)", drift, "drift.json"),
            TaskInput("model.\(number)", model.calibrate, "model"),
            TaskInput("card.\(number)", card, "card.json"),
        ] + overlays.enumerated().map { TaskInput("overlays.\(number).\($0)", $1, "overlays.json") } + images(number)
    }

    /// - Parameter textures: the task that lists foreign textures; nil without any.
    func recordInputs(_ number: Int, textures: TaskID?) -> [TaskInput] {
        [
            TaskInput("model.\(number)", model.calibrate, "model"),
            TaskInput("metrics.\(number)", metrics, "metrics.json"),
        ] + (textures.map { [TaskInput("textures.\(number)", $0, "textures.json")] } ?? []) + images(number)
    }

    private func images(_ number: Int) -> [TaskInput] {
        ingests.enumerated().map { TaskInput("images.\(number).\($0)", $1, "images.json") }
    }
}
