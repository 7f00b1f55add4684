import ContentStore
import Pipeline

/// Takes the best of several checkpoints by the criterion that needs no label. Of equals, the one that was trained longest.
struct ChooseStage: Stage {
    static let name = "choose"
    static let version = 1

    /// How many there are to choose from: inputs `model.0` to the one before `model.COUNT`, in the order of training, and
    /// likewise for the other outputs.
    var count: Int

    var outputs: [String] { ["model", "calibration.json", "training.json", "assessment.json"] }

    func run(_ context: TaskContext) throws {
        var best = (number: 0, criterion: -Double.infinity)
        for number in 0..<count {
            let assessment = try context.readJSON(Assessment.self, "assessment.json.\(number)")
            if assessment.criterion >= best.criterion { best = (number, assessment.criterion) }
        }
        if best.number != count - 1 {
            context.log(
                "checkpoint \(best.number + 1) of the last \(count) has the highest criterion, \(best.criterion)")
        }
        for output in outputs { try context.write(try context.read("\(output).\(best.number)"), to: output) }
    }
}
