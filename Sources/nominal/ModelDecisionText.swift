import ContentStore
import ModelRegistry

/// Decisions of people about a registered model, in words.
enum ModelDecisionText {
    static func line(_ decision: ModelDecision) -> String {
        let what =
            switch decision.kind {
            case .threshold(let value):
                "threshold of version \(decision.model.version) set to \(value.map { "\($0)" } ?? "its own")"
            case .anchor: "version \(decision.model.version) made the anchor"
            }
        let reason = decision.reason.isEmpty ? "" : ": \(decision.reason)"
        return "\(Moment.text(decision.decidedAt)) \(what), by \(decision.decidedBy)\(reason)"
    }

    /// Who set the threshold that is in force, when and why; nil where it is the model's own.
    static func threshold(_ model: RegisteredModel, _ store: ContentStore) throws -> String? {
        guard let decision = try store.threshold(of: model), case .threshold(let value?) = decision.kind else {
            return nil
        }
        let reason = decision.reason.isEmpty ? "" : ": \(decision.reason)"
        return "\(value), set by \(decision.decidedBy) on \(Moment.text(decision.decidedAt))\(reason)"
    }
}
