import Metrics
import Pipeline

/// Checks the figures of a run against the manifest's requirements. Writes `requirements.json`, and `junit.xml` for
/// continuous integration.
package struct RequireStage: Stage {
    package struct Requirement: Codable, Equatable, Sendable {
        var figure: String
        var least: Double

        package init(figure: String, least: Double) {
            (self.figure, self.least) = (figure, least)
        }
    }

    /// The requirements of a case, by its name in `metrics.json`.
    package struct Case: Codable, Equatable, Sendable {
        var name: String
        var requirements: [Requirement]

        package init(name: String, requirements: [Requirement]) {
            (self.name, self.requirements) = (name, requirements)
        }

    }

    package static let name = "require"
    package static let version = 1

    /// The cases in the order of the job.
    var cases: [Case]
    /// The name of the job.
    var title: String

    package init(cases: [Case], title: String) {
        (self.cases, self.title) = (cases, title)
    }

    package var outputs: [String] { ["requirements.json", "junit.xml"] }

    package func run(_ context: TaskContext) throws {
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

/// The outcome of one requirement for one category.
package struct RequirementOutcome: Codable, Equatable, Sendable {
    package var category, figure: String
    package var least: Double
    /// Nil if the test images do not define the figure; the requirement is then missed.
    package var value: Double?

    package var isMet: Bool { value.map { $0 >= least } ?? false }

    /// A sentence that describes a missed requirement.
    package var complaint: String {
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
