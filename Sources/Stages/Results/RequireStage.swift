import ContentStore
import Manifests
import Metrics
import Pipeline

/// Holds the figures of a run against what its manifest requires: `requirements.json`, and `junit.xml` for machines that gate
/// releases.
struct RequireStage: Stage {
    struct Requirement: Codable, Equatable, Sendable {
        var figure: String
        var least: Double
    }

    /// The requirements of a case, by its name in metrics.json.
    struct Case: Codable, Equatable, Sendable {
        var name: String
        var requirements: [Requirement]

        init(_ name: String, _ requirements: [RequirementSection.Requirement]) {
            self.name = name
            self.requirements = requirements.map { Requirement(figure: $0.figure, least: $0.least) }
        }
    }

    static let name = "require"
    static let version = 1

    /// In the order of the job.
    var cases: [Case]
    /// The name of the job.
    var title: String

    var outputs: [String] { ["requirements.json", "junit.xml"] }

    func run(_ context: TaskContext) throws {
        let metrics = try context.readJSON(RunMetrics.self, "metrics")
        var outcomes: [RequirementOutcome] = []
        for item in cases {
            guard let figures = metrics.categories[item.name] else { fatalError("no figures of '\(item.name)'") }
            for requirement in item.requirements {
                outcomes.append(
                    RequirementOutcome(
                        category: item.name, figure: requirement.figure, least: requirement.least,
                        value: figures.value(requirement.figure)))
            }
        }
        try context.writeJSON(outcomes, to: "requirements.json")
        try context.write(Array(JUnitReport(title: title, outcomes: outcomes).text.utf8), to: "junit.xml")
    }
}

/// Whether one figure of one category is what the manifest requires.
public struct RequirementOutcome: Codable, Equatable, Sendable {
    public var category, figure: String
    public var least: Double
    /// Nil where the test images do not define the figure; then it is missed.
    public var value: Double?

    public var isMet: Bool { value.map { $0 >= least } ?? false }

    /// What was missed, in a sentence.
    public var complaint: String {
        let found = value.map { "is \($0)" } ?? "is not defined for these test images"
        return "\(category): \(figure) \(found); the manifest requires at least \(least)"
    }
}

extension DetectionMetrics {
    /// The figure of a requirement.
    func value(_ figure: String) -> Double? {
        switch figure {
        case "imageAUROC": imageAUROC
        case "imageAP": imageAP
        case "imageF1Max": imageF1Max
        case "pixelAUROC": pixelAUROC
        case "pixelAP": pixelAP
        case "pixelF1Max": pixelF1Max
        case "aupro.0.05": aupro.at005
        case "aupro.0.3": aupro.at03
        case "aupro.1": aupro.at1
        case "aupimo.mean": aupimo.mean
        case "aupimo.median": aupimo.median
        default: fatalError("the schema knows a figure '\(figure)' that nothing computes")
        }
    }
}
