import Audit
import ContentStore
import Foundation
import Metrics

extension FuzzedParser {
    /// The files of a finished run that `nominal compare` reads: one of them is another one each time.
    static let runFolders = ["metrics", "scores", "run"].map { file in
        FuzzedParser(
            name: "compare-\(file)",
            words: [
                "\"wood\":", "\"score\":", "\"label\":\"anomalous\"", "\"label\":\"normal\"", "\"aupimo\":",
                "\"test\":",
                "\"parameters\":", "\"format\":1",
            ], seeds: { try (0..<2).map { try content(of: file, variant: $0) } }
        ) { folder in
            for run in ["a", "b"] {
                try AtomicFile.createFolder(folder + "/" + run)
                for name in ["metrics", "scores", "run"] {
                    try AtomicFile.writePrivate(content(of: name, variant: 1), to: "\(folder)/\(run)/\(name).json")
                }
            }
            let whole = try RunFolder(path: folder + "/a")
            return { bytes in
                try AtomicFile.writePrivate(bytes, to: "\(folder)/b/\(file).json")
                let changed = try RunFolder(path: folder + "/b")
                for comparison in [try RunComparison(whole, changed), try RunComparison(changed, changed)] {
                    _ = RunComparison.page([comparison])
                    _ = try? JSONEncoder().encode(comparison)
                }
            }
        }
    }

    private static func content(of file: String, variant: Int) throws -> [UInt8] {
        switch file {
        case "metrics":
            var figures = DetectionMetrics()
            (figures.imageAUROC, figures.images.normal, figures.images.anomalous) = (0.75, 2, 2)
            (figures.aupro.at03, figures.aupimo.mean) = (0.5, 0.25)
            figures.undefined = ["pixelAUROC": "no pixel is labelled"]
            let names = variant == 0 ? ["wood"] : ["wood", "cloth"]
            return Array(
                try JSONEncoder().encode(
                    MetricsSummary(Dictionary(uniqueKeysWithValues: names.map { ($0, figures) }), order: names)))
        case "scores":
            // Of one class alone in the second one: resampling takes most of the time.
            let labels = variant == 0 ? ["normal", "anomalous", "anomalous"] : ["normal", "normal", "normal"]
            let lines = labels.enumerated().map { number, label in
                #"{"category":"wood","image":"test/\#(number).png","label":"\#(label)","score":\#(number).5}"#
            }
            return Array("[\(lines.joined(separator: ","))]".utf8)
        default:
            let digest = Digest.of(text: "\(variant)").hex
            return Array(
                """
                {"format":1,"name":"demo","nominal":"0.1","numerics":3,"stages":{"ingest":2,"train":\(variant)},"cases":{\
                "wood":{"category":"wood","parameters":{"/training/steps":"100"},"train":{"train/0.png":"\(digest)"},\
                "test":{"test/1.png":{"image":"\(digest)","mask":"\(digest)"},"test/2.png":{"image":"\(digest)"}},\
                "textures":"\(digest)","model":"\(digest)","aupimo":{"test/1.png":0.5,"test/2.png":0.\(variant + 1)}}}}
                """.utf8)
        }
    }
}
