import Foundation
import Metrics
import Testing

@Suite("Metrics as JSON")
struct MetricsSummaryTests {
    @Test("Every key is written, undefined metrics as null, and decoding restores the value")
    func keys() throws {
        var figures = DetectionMetrics()
        figures.imageAUROC = 0.5
        figures.imageF1MaxThreshold = 0.1
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let data = try encoder.encode(figures)
        #expect(
            String(decoding: data, as: UTF8.self) == #"{"aupimo":{"count":0,"mean":null,"median":null,"#
                + #""standardDeviation":null,"worst":[]},"aupro":{"0.05":null,"0.3":null,"1":null},"imageAP":null,"#
                + #""imageAUROC":0.5,"imageF1Max":null,"imageF1MaxThreshold":0.1,"images":{"anomalous":0,"#
                + #""emptyMask":0,"normal":0,"unlabelled":0,"withoutMask":0},"intervals":{"aupro":{"0.05":null,"0.3":null},"#
                + #""imageAUROC":null,"pixelAUROC":null},"pixelAP":null,"pixelAUROC":null,"#
                + #""pixelF1Max":null,"pixelF1MaxThreshold":null,"pixelThreshold":null,"segF1":null,"#
                + #""severityCorrelation":null,"undefined":{}}"#)
        #expect(try JSONDecoder().decode(DetectionMetrics.self, from: data) == figures)
        // Files of earlier versions lack the newer keys.
        var old = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        for key in ["intervals", "pixelThreshold", "segF1", "severityCorrelation"] { old[key] = nil }
        let read = try JSONDecoder().decode(
            DetectionMetrics.self, from: JSONSerialization.data(withJSONObject: old))
        #expect(read.imageAUROC == 0.5 && read.intervals == nil)
    }

    @Test("Means are over the test sets in which the metric is defined")
    func means() throws {
        var first = DetectionMetrics(), second = DetectionMetrics()
        (first.imageAUROC, second.imageAUROC) = (0.5, 1)
        second.aupro.at03 = 0.25
        (first.aupimo.mean, second.aupimo.mean) = (0, 0.5)
        second.aupimo.median = 0.75
        let summary = MetricsSummary(["a": first, "b": second, "c": DetectionMetrics()], order: ["a", "b", "c"])
        #expect(summary.mean.imageAUROC == 0.75 && summary.mean.pixelAUROC == nil)
        #expect(summary.mean.aupro == AUPROFigures(at03: 0.25))
        #expect(summary.mean.aupimo.mean == 0.25 && summary.mean.aupimo.median == 0.75)
        #expect(MeanMetrics([]) == MeanMetrics())
    }

    @Test("Statistics of one value are that value; without values they are nil")
    func statistics() {
        let one = PerImageStatistics([0.25]), none = PerImageStatistics([])
        #expect(one.mean == 0.25 && one.median == 0.25 && one.standardDeviation == 0)
        #expect(none.mean == nil && none.median == nil && none.standardDeviation == nil)
    }
}
