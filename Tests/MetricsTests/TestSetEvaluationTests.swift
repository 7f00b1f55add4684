import Foundation
import Metrics
import Testing

@Suite("Evaluation of a test set image by image")
struct TestSetEvaluationTests {
    private func map(
        _ name: String, _ values: [Float], mask: [UInt8]? = nil, anomalous: Bool = false
    ) -> LabelledMap {
        LabelledMap(name: name, width: values.count, height: 1, values: values, mask: mask, isAnomalous: anomalous)
    }

    private func metrics(_ add: (inout TestSetEvaluation) throws -> Void) throws -> DetectionMetrics {
        var evaluation = try TestSetEvaluation()
        try add(&evaluation)
        return try evaluation.result().metrics
    }

    @Test("Metrics equal those of the separate functions")
    func figures() throws {
        let maps = GoldenToy.maps
        let scores = maps.map { $0.values.max() ?? 0 }
        var evaluation = try TestSetEvaluation()
        for (map, score) in zip(maps, scores) { try evaluation.add(map, score: score) }
        let result = try evaluation.result()
        let labels = maps.map(\.isAnomalous)
        #expect(result.metrics.imageAUROC == 1 && result.metrics.imageAP == 1 && result.metrics.imageF1Max == 1)
        #expect(result.metrics.imageF1MaxThreshold == scores[3])
        #expect(result.imageROC == (try RankMetrics.rocCurve(scores: scores, labels: labels)))
        let pixels = try PixelMetrics.evaluate(maps)
        #expect(result.pixels == pixels)
        #expect(result.metrics.pixelAUROC == pixels.pixelAUROC && result.metrics.pixelAP == pixels.pixelAP)
        #expect(result.metrics.pixelF1Max == pixels.pixelF1Max)
        #expect(result.metrics.pixelF1MaxThreshold.map(Double.init) == pixels.threshold)
        #expect(result.metrics.aupro.at03 == pixels.aupro[0.3] && result.metrics.aupro.at1 == pixels.aupro[1])
        #expect(result.metrics.undefined.keys.sorted() == ["aupimo", "segF1", "severityCorrelation"])
        #expect(result.metrics.images.normal == 2 && result.metrics.images.anomalous == 2)
    }

    @Test("AUPIMO has mean, median, standard deviation and a list of the worst images")
    func perImage() throws {
        // The share of labelled pixels above all normal ones in each map, in tenths.
        let shares = [3, 0, 7, 1, 5, 9, 2, 8, 4, 6, 0, 10]
        let figures = try metrics { evaluation in
            for image in 0..<100 {
                try evaluation.add(map("good \(image)", [Float](repeating: 0, count: 1000) + [1]), score: 0)
            }
            try evaluation.add(map("hot", [2] + [Float](repeating: 0, count: 999_999)), score: 0)
            for (image, share) in shares.enumerated() {
                let values = (0..<10).map { Float($0 < share ? 3 : -1) }
                try evaluation.add(
                    map("image \(image)", values, mask: [UInt8](repeating: 1, count: 10), anomalous: true), score: 1)
            }
        }.aupimo
        let values = shares.map { Double($0) / 10 }
        let mean = values.reduce(0, +) / 12
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 12
        #expect(abs(try #require(figures.mean) - mean) < 1e-12)
        #expect(abs(try #require(figures.median) - 0.45) < 1e-12)
        #expect(abs(try #require(figures.standardDeviation) - variance.squareRoot()) < 1e-12)
        #expect(figures.count == 12)
        #expect(figures.worst.count == 10)
        #expect(figures.worst.prefix(4).map(\.image) == ["image 1", "image 10", "image 3", "image 6"])
        #expect(figures.worst.map(\.aupimo) == figures.worst.map(\.aupimo).sorted())
    }

    @Test("Without an anomalous image every metric is undefined with a reason")
    func noAnomalousImage() throws {
        let figures = try metrics { try $0.add(map("a", [1, 2]), score: 1) }
        #expect(figures.imageAUROC == nil && figures.imageAP == nil && figures.imageF1Max == nil)
        #expect(figures.imageF1MaxThreshold == nil && figures.pixelF1MaxThreshold == nil)
        #expect(figures.pixelAUROC == nil && figures.pixelAP == nil && figures.pixelF1Max == nil)
        #expect(figures.aupro == AUPROFigures() && figures.aupimo == AUPIMOFigures())
        #expect(
            figures.undefined.keys.sorted() == [
                "aupimo", "aupro", "imageAP", "imageAUROC", "imageF1Max", "pixelAP", "pixelAUROC", "pixelF1Max",
                "segF1", "severityCorrelation",
            ])
        #expect(figures.undefined["imageAUROC"] == "\(UndefinedMetric.noAnomalousImage(normalImages: 1))")
        #expect(figures.undefined["pixelAP"] == "\(UndefinedMetric.noLabelledPixel(maps: 1))")
    }

    @Test("Without a normal image only image AUROC and AUPIMO are undefined, with a reason")
    func noNormalImage() throws {
        let figures = try metrics { try $0.add(map("a", [1, 9], mask: [0, 1], anomalous: true), score: 1) }
        #expect(figures.imageAUROC == nil && figures.imageAP == 1 && figures.imageF1Max == 1)
        #expect(figures.pixelAUROC == 1)
        #expect(figures.undefined["imageAUROC"] == "\(UndefinedMetric.noNormalImage(anomalousImages: 1))")
        #expect(figures.undefined["aupimo"] == "\(AUPIMOUnavailable.noNormalImage)")
        #expect(figures.undefined.keys.sorted() == ["aupimo", "imageAUROC", "segF1", "severityCorrelation"])
    }

    @Test("Without an unlabelled pixel, metrics of the false-positive rate are undefined with a reason")
    func allLabelled() throws {
        let figures = try metrics { try $0.add(map("a", [1, 9], mask: [1, 1], anomalous: true), score: 1) }
        #expect(figures.pixelAUROC == nil && figures.aupro.at1 == nil && figures.pixelAP == 1)
        #expect(figures.undefined["aupro"] == "\(UndefinedMetric.noUnlabelledPixel(maps: 1))")
    }

    @Test("Equal scores give the metrics of chance")
    func equalScores() throws {
        let figures = try metrics { evaluation in
            try evaluation.add(map("a", [2, 2], mask: [1, 0], anomalous: true), score: 2)
            try evaluation.add(map("b", [2, 2]), score: 2)
        }
        #expect(figures.imageAUROC == 0.5 && figures.pixelAUROC == 0.5 && figures.imageAP == 0.5)
        #expect(figures.undefined.keys.sorted() == ["aupimo", "segF1", "severityCorrelation"])
    }

    @Test("Unlabelled images are only counted")
    func unlabelled() throws {
        let figures = try metrics { evaluation in
            try evaluation.add(map("a", [1, 9], mask: [0, 1], anomalous: true), score: 2)
            try evaluation.add(map("b", [1, 1]), score: 1)
            try evaluation.addWithoutMap(name: "c", isAnomalous: nil, score: .nan)
        }
        #expect(figures.images.unlabelled == 1)
        #expect(figures.imageAUROC == 1)
    }

    @Test("Anomalous images without a mask count towards image metrics only")
    func withoutMask() throws {
        let figures = try metrics { evaluation in
            try evaluation.add(map("a", [1, 9], mask: [0, 1], anomalous: true), score: 2)
            try evaluation.add(map("b", [1, 1]), score: 1)
            try evaluation.add(map("c", [100, 100], anomalous: true), score: 0)
        }
        #expect(figures.images.anomalous == 2 && figures.images.withoutMask == 1)
        #expect(figures.imageAUROC == 0.5 && figures.pixelAUROC == 1)
    }

    @Test("An image with an empty mask is anomalous, has normal pixels and no AUPIMO")
    func emptyMask() throws {
        var evaluation = try TestSetEvaluation()
        try evaluation.add(map("a", [1, 9], mask: [0, 1], anomalous: true), score: 2)
        try evaluation.add(map("b", [1, 1]), score: 1)
        try evaluation.add(map("c", [100, 100], mask: [0, 0], anomalous: true), score: 0)
        let result = try evaluation.result()
        #expect(result.metrics.images.emptyMask == 1 && result.metrics.images.anomalous == 2)
        #expect(result.metrics.imageAUROC == 0.5 && result.metrics.pixelAUROC == 3.0 / 5)
        #expect(result.pixels.aupimo[2] == nil)
    }

    @Test("Errors about values and scores that are not finite name the image")
    func notFinite() {
        #expect(throws: MetricsError.notFinite(map: "bad", x: 1, y: 0)) {
            try metrics { try $0.add(map("bad", [1, .nan]), score: .nan) }
        }
        #expect(throws: MetricsError.scoreNotFinite(image: "bad")) {
            try metrics { try $0.add(map("bad", [1, 2]), score: .infinity) }
        }
        #expect("\(MetricsError.scoreNotFinite(image: "bad"))".contains("'bad'"))
    }

    @Test("Different sizes of map and mask are an error")
    func sizes() {
        #expect(throws: MetricsError.maskSizeMismatch(map: "a", width: 3, height: 1, mask: 2)) {
            try metrics { try $0.add(map("a", [1, 2, 3], mask: [1, 0], anomalous: true), score: 1) }
        }
    }
}
