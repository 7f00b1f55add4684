import Foundation
import Metrics
import Testing

@testable import Evaluation

@Suite("aupimos.json")
struct AUPIMOFileTests {
    /// 100,000 normal pixels, the highest of which are 1/20 to 20/20, and two defects, one partly found and one missed.
    private func result() throws -> TestSetResult {
        var evaluation = try TestSetEvaluation()
        for image in 0..<10 {
            let values = (0..<10_000).map { Float($0 < 2 ? 1 + image * 2 + $0 : 0) / 20 }
            try evaluation.add(
                LabelledMap(
                    name: "good/\(image)", width: 100, height: 100, values: values, mask: nil, isAnomalous: false),
                score: 0)
        }
        for (name, value) in [("a", Float(2)), ("b", -1)] {
            let values: [Float] = [value, 0, 0, value]
            try evaluation.add(
                LabelledMap(name: name, width: 4, height: 1, values: values, mask: [1, 0, 0, 1], isAnomalous: true),
                score: 1)
        }
        return try evaluation.result()
    }

    @Test(
        "The file has the keys of the aupimo project, NaN for images without a value, and ordered thresholds")
    func content() throws {
        let paths = (0..<10).map { "good/\($0).tiff" } + ["a \"quoted\".tiff", "b\\.tiff"]
        let text = try #require(AUPIMOFile(try result(), paths: paths)).text
        let json = text.replacing("NaN", with: "null")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(
            object.keys.sorted() == [
                "aupimos", "fpr_lower_bound", "fpr_upper_bound", "num_threshs", "paths", "shared_fpr_metric",
                "thresh_lower_bound", "thresh_upper_bound",
            ])
        #expect(object["paths"] as? [String] == paths)
        let values = try #require(object["aupimos"] as? [Any])
        #expect(values.count == 12 && values.prefix(10).allSatisfy { $0 is NSNull })
        #expect(values[10] as? Double == 1 && values[11] as? Double == 0)
        let lower = try #require(object["thresh_lower_bound"] as? Double)
        let upper = try #require(object["thresh_upper_bound"] as? Double)
        #expect(lower < upper && upper == 1 && Float(lower) == 0.55)
    }

    @Test("There is no file if AUPIMO is undefined")
    func undefined() throws {
        var evaluation = try TestSetEvaluation()
        try evaluation.add(
            LabelledMap(name: "a", width: 1, height: 1, values: [1], mask: nil, isAnomalous: false), score: 1)
        #expect(AUPIMOFile(try evaluation.result(), paths: ["a"]) == nil)
    }
}
