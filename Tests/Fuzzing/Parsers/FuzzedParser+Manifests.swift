import ContentStore
import Foundation
import Jobs
import Manifests

extension FuzzedParser {
    static let manifests = [json, jobManifest, sweepManifest]

    private static let json = FuzzedParser(
        name: "json", maximumBytes: 2048,
        words: ["\\u0000", "\\ud83d\\ude00", "1e400", "-0", "\"a\":", "[[[[", "{\"\":", "//"],
        seeds: {
            [
                #"{"a": [1, -2.5e3, true, null, "\u00e9\ud83d\ude00\n"], "b": {"c": {}}, "é": 0.1}"#,
                String(repeating: "[", count: 64) + String(repeating: "]", count: 64), "\"text\"",
                "18446744073709551615",
            ].map { Array($0.utf8) }
        }
    ) { _ in
        { bytes in
            let value = try JSONParser.parse(bytes, file: "input.json")
            let text = JSONSerializer.canonical(value)
            for written in [text, JSONSerializer.pretty(value)] {
                guard let again = try? JSONParser.parse(Array(written.utf8), file: "written.json"),
                    JSONSerializer.canonical(again) == text
                else { fatalError("a value changes when it is written and read: \(text)") }
            }
        }
    }

    private static let jobManifest = FuzzedParser(
        name: "job-manifest", words: keys, seeds: { try jobs { $0.hasSuffix(".json") && !$0.contains("sweep") } }
    ) { folder in
        { bytes in
            let job = try JobManifest.parse(bytes: bytes, file: folder + "/job.json")
            for item in try job.cases() { _ = item.name }
            for category in job.changedCategories { _ = try job.narrowed(to: category) }
            _ = JSONSerializer.canonical(job.resolved)
        }
    }

    private static let sweepManifest = FuzzedParser(
        name: "sweep-manifest", words: keys + ["\"min\":", "\"max\":", "\"scale\": \"log\"", "\"integer\": true"],
        seeds: {
            try jobs { $0 == "sweep.json" }
                + [
                    #"{"name": "s", "job": "demo.json", "seeds": [1, 2], "parameters": {"/training/steps": {"min": 50, "max": 90, "integer": true}, "/training/learningRate": {"min": 0.0001, "max": 0.01, "scale": "log"}}, "search": {"method": "random", "samples": 4, "seed": 3}}"#
                ].map { Array($0.utf8) }
        }
    ) { folder in
        for job in try jobs({ $0 == "demo.json" }) { try AtomicFile.writePrivate(job, to: folder + "/demo.json") }
        return { bytes in
            let sweep = try SweepManifest.parse(bytes: bytes, file: folder + "/sweep.json")
            // Drawing many trials takes a while and shows nothing new.
            if case .random(let samples, _) = sweep.search, samples > 20 { return }
            _ = try sweep.job(running: Array(TrialSampler.trials(of: sweep).prefix(20)))
        }
    }

    /// Names of keys and what stands in them.
    private static let keys = [
        "\"dataset\":", "\"variants\":", "\"perCategory\":", "\"training\":", "\"seeds\":", "\"image\":", "\"tile\":",
        "\"scoring\":", "\"corruption\":", "\"structured\":", "\"require\":", "\"retrain\":", "\"preset\": \"object\"",
        "\"preset\": \"texture\"", "\"layout\": \"mvtec\"", "/training/", "\"$schema\":",
    ]

    /// The manifests that come with the program.
    private static func jobs(_ isWanted: (String) -> Bool) throws -> [[UInt8]] {
        let folder = URL(filePath: #filePath).appending(path: "../../../../jobs").standardizedFileURL
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).filter(isWanted).sorted()
            .map { [UInt8](try Data(contentsOf: folder.appending(path: $0))) }
    }
}
