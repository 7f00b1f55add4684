import DatasetTestSupport
import Foundation
import Manifests
import Testing

@testable import Jobs

@Suite struct TrialSamplerTests {
    private let data: TinyDataSet

    init() throws { data = try TinyDataSet() }

    private func trials(_ parameters: String, samples: Int? = nil, seed: Int = 1) throws -> [[JSONValue]] {
        let search = samples.map { #", "search": {"method": "random", "samples": \#($0), "seed": \#(seed)}"# } ?? ""
        let sweep = try data.sweep(parameters, search)
        let trials = TrialSampler.trials(of: sweep)
        #expect(trials.map(\.name) == trials.indices.map { "t" + String(format: "%03d", $0 + 1) })
        return trials.map(\.values)
    }

    private func numbers(_ trials: [[JSONValue]], at index: Int = 0) throws -> [Double] {
        try trials.map { try #require($0[index].double) }
    }

    @Test("A grid gives every combination, the last parameter changing fastest")
    func grid() throws {
        let trials = try trials(
            #""/training/lambda": [0, 1], "/network/architecture": ["sdc-ccm", "sdc"], "/training/noise": [0.5]"#)
        #expect(
            trials.map { $0.map(\.readable).joined(separator: " ") }
                == ["0 sdc-ccm 0.5", "0 sdc 0.5", "1 sdc-ccm 0.5", "1 sdc 0.5"])
    }

    @Test("Samples depend on the seed, and more samples extend the list")
    func seeds() throws {
        let range = #""/training/lambda": {"min": 0, "max": 1}"#
        let first = try trials(range, samples: 5)
        #expect(try trials(range, samples: 5) == first)
        #expect(try trials(range, samples: 5, seed: 2) != first)
        #expect(try Array(trials(range, samples: 9).prefix(5)) == first)
    }

    @Test("A further parameter does not change the values of the others")
    func independence() throws {
        let range = #""/training/lambda": {"min": 0, "max": 1}"#
        let alone = try numbers(trials(range, samples: 20))
        let together = try numbers(trials(#""/training/noise": {"min": 0, "max": 1}, "# + range, samples: 20), at: 1)
        #expect(alone == together)
    }

    @Test("Golden samples are equal on all machines and in all versions")
    func golden() throws {
        let trials = try trials(
            #""/training/learningRate": {"min": 0.0001, "max": 0.1, "scale": "log"}, "#
                + #""/training/steps": {"min": 10, "max": 1000, "integer": true}, "/training/lambda": [0, 0.5, 1]"#,
            samples: 3)
        // Recorded from the first version.
        #expect(trials.map { $0.map(\.readable).joined(separator: " ") } == TrialSamplerTests.recorded)
    }

    private static let recorded = ["0.0001199 687 0", "0.01202 52 0", "0.002009 810 1"]

    @Test("Samples are uniform or log-uniform within their bounds, with four digits")
    func distribution() throws {
        let linear = try numbers(trials(#""/training/lambda": {"min": 0.2, "max": 0.8}"#, samples: 400))
        #expect(linear.allSatisfy { (0.2...0.8).contains($0) })
        #expect(abs(linear.reduce(0, +) / 400 - 0.5) < 0.03)
        let rate = #""/training/learningRate": {"min": 0.0001, "max": 1, "scale": "log"}"#
        let logarithmic = try numbers(trials(rate, samples: 400))
        #expect(logarithmic.allSatisfy { (0.0001...1).contains($0) })
        // Half of them lie below the geometric mean.
        #expect(abs(logarithmic.count { $0 < 0.01 } - 200) < 40)
        for value in linear + logarithmic { #expect(Double(String(format: "%.3e", value)) == value) }
    }

    @Test("Integers are sampled with both bounds included", arguments: ["linear", "log"])
    func integers(scale: String) throws {
        let range = #""/network/baseWidth": {"min": 2, "max": 9, "integer": true, "scale": "\#(scale)"}, "#
        let trials = try trials(range + #""/training/lambda": {"min": 0, "max": 1}"#, samples: 300)
        let drawn = try numbers(trials)
        #expect(Set(drawn) == Set((2...9).map(Double.init)))
        #expect(trials.allSatisfy { $0[0].integer != nil })
        let small = drawn.count { $0 <= 4 }
        #expect(scale == "log" ? small > 150 : small < 150)
    }

    @Test("Trials are distinct, and small ranges end the search early")
    func repeats() throws {
        let all = try trials(#""/training/lambda": [0, 0.25, 0.5, 0.75, 1], "/training/noise": [0, 1]"#, samples: 10)
        #expect(Set(all.map { $0.map(\.readable).joined(separator: " ") }).count == 10)
        let narrow = try numbers(trials(#""/training/lambda": {"min": 0.5, "max": 0.5002}"#, samples: 50))
        #expect(narrow.sorted() == [0.5, 0.5001, 0.5002])
    }
}
