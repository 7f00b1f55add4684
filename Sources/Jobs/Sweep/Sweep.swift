import ContentStore
import Foundation
import Manifests
import Pipeline
import SeededRandom

/// The task graph of a sweep: its job with every trial as a variant, up to the assessment and test metrics of each
/// model, without overlays and report.
package struct Sweep: Sendable {
    /// One model: a trial on one category with one seed.
    struct Case: Sendable {
        /// The name of the job's case, such as "wood.t001.seed1".
        var name: String
        var category: String
        var seed: UInt64
        var assess, metrics: TaskID

        var targets: [TaskID] { [assess, metrics] }
    }

    package let manifest: SweepManifest
    package let graph: TaskGraph
    /// Messages from scanning the data set.
    package let notes, warnings: [String]
    package let trials: [SweepTrial]
    /// The models of each trial, by seed and then category.
    let cases: [[Case]]

    /// - Parameter digests: returns the digests of a list of files, in its order.
    /// - Throws: `ManifestError` if a trial is not a valid job, and errors of `Job.init`.
    package init(
        _ manifest: SweepManifest, backbones: BackboneIndex = .unchecked, digests: ([String]) throws -> [Digest]
    ) throws {
        let trials = TrialSampler.trials(of: manifest)
        let job = try Job(try manifest.job(running: trials), backbones: backbones, digests: digests)
        let cases = Dictionary(grouping: job.cases) { $0.variant }
        self.manifest = manifest
        self.trials = trials
        self.cases = trials.map { trial in
            (cases[trial.name] ?? []).map {
                Case(
                    name: $0.name, category: $0.category, seed: $0.recipe.training.seed, assess: $0.assess,
                    metrics: $0.metrics)
            }
        }
        (notes, warnings) = (job.notes, job.warnings)
        graph = try TaskGraph(job.graph.part(neededFor: self.cases.joined().flatMap(\.targets)))
    }

    /// The job with all trials of a sweep as variants.
    ///
    /// - Throws: `ManifestError` if a trial is not a valid job.
    package static func job(of manifest: SweepManifest) throws -> JobManifest {
        try manifest.job(running: TrialSampler.trials(of: manifest))
    }

    /// The number of models to train.
    package var caseCount: Int { cases.reduce(0) { $0 + $1.count } }

    /// The number of tasks if each trial ran separately, and the number of tasks that several trials share.
    package var sharing: (apart: Int, shared: Int) {
        var uses = [Int](repeating: 0, count: graph.count)
        for models in cases {
            for task in graph.closure(of: models.flatMap(\.targets)) { uses[task] += 1 }
        }
        return (uses.reduce(0, +), uses.count { $0 > 1 })
    }
}

/// Samples the trials of a sweep.
package enum TrialSampler {
    /// The maximum number of redraws after which a trial is dropped, because its ranges hold too few values.
    private static let attempts = 1000

    /// Returns every combination of a grid, the last parameter changing fastest, or independent random samples. A
    /// sample is a pure function of the seed, its number and the parameter's pointer; duplicates are redrawn.
    package static func trials(of sweep: SweepManifest) -> [SweepTrial] {
        let combinations =
            switch sweep.search {
            case .grid: grid(sweep.parameters)
            case .random(let samples, let seed): draws(sweep.parameters, samples, seed)
            }
        return combinations.enumerated().map { SweepTrial(number: $0.offset + 1, values: $0.element) }
    }

    private static func grid(_ parameters: [SweepParameter]) -> [[JSONValue]] {
        parameters.reduce([[]]) { combinations, parameter in
            guard case .values(let values) = parameter.choices else {
                fatalError("a checked grid must list the values of \(parameter.pointer)")
            }
            return combinations.flatMap { combination in values.map { combination + [$0] } }
        }
    }

    private static func draws(_ parameters: [SweepParameter], _ samples: Int, _ seed: UInt64) -> [[JSONValue]] {
        var trials: [[JSONValue]] = []
        var known = Set<String>()
        for number in 0..<samples {
            for attempt in 0..<attempts {
                let values = parameters.map { parameter in
                    var generator = SeededGenerator(
                        seed: seed, stream: "sweep \(parameter.pointer)", UInt64(number), UInt64(attempt))
                    return draw(parameter.choices, using: &generator)
                }
                guard known.insert(JSONSerializer.canonical(.array(values))).inserted else { continue }
                trials.append(values)
                break
            }
        }
        return trials
    }

    private static func draw(_ choices: SweepParameter.Choices, using generator: inout SeededGenerator) -> JSONValue {
        switch choices {
        case .values(let values): values[generator.integer(below: values.count)]
        case .range(let range): .number(draw(range, using: &generator))
        }
    }

    private static func draw(_ range: SweepRange, using generator: inout SeededGenerator) -> JSONNumber {
        let (lowest, highest) = (range.min.double, range.max.double)
        if range.isInteger, let least = range.min.integer, let most = range.max.integer {
            guard range.isLogarithmic else { return JSONNumber(generator.integer(in: least...most)) }
            // Extend the range by half a unit, so that the bounds are as likely as their neighbours.
            let drawn = logarithmic(lowest - 0.5, highest + 0.5, using: &generator)
            return JSONNumber(min(max(Int(drawn.rounded()), least), most))
        }
        let drawn =
            range.isLogarithmic
            ? logarithmic(lowest, highest, using: &generator)
            : lowest + (highest - lowest) * Double(generator.uniform())
        return JSONNumber(min(max(readable(drawn), lowest), highest))
    }

    private static func logarithmic(
        _ lowest: Double, _ highest: Double, using generator: inout SeededGenerator
    ) -> Double {
        exp(log(lowest) + (log(highest) - log(lowest)) * Double(generator.uniform()))
    }

    /// Rounds to four significant digits, because the last bits of a logarithm depend on the machine.
    private static func readable(_ value: Double) -> Double {
        Double(String(format: "%.3e", value)) ?? value
    }
}
