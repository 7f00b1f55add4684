import Foundation
import Reports

/// Synthetic reports with numbers from formulas, so that every call returns the same report.
enum SampleReport {
    static let categoryNames = [
        "bottle", "cable", "capsule", "carpet", "grid", "hazelnut", "leather", "metal_nut", "pill", "screw", "tile",
        "toothbrush", "transistor", "wood", "zipper",
    ]

    static func make(categoryCount: Int, pictures: Int = 24, isLabelled: Bool = true) -> RunReport {
        let categories = (0..<categoryCount).map { index in
            isLabelled ? labelled(index, pictures: pictures) : unlabelled(index, pictures: pictures)
        }
        let image = categories.compactMap(\.imageAUROC)
        let pixel = categories.compactMap(\.pixelAUROC)
        return RunReport(
            title: "Nightly retraining, line 4",
            description: "Trained on normal images of the last week; scored on the reference set of labelled parts.",
            summary: [
                Fact(label: "Network", value: "sdc, base width 16"), Fact(label: "Optimiser steps", value: "4000"),
                Fact(label: "Image size", value: "256 × 256"), Fact(label: "Seed", value: "7"),
                Fact(label: "Corruption", value: "mixed, 12 variants"), Fact(label: "Score", value: "max of the map"),
            ],
            generatedBy: [
                Fact(label: "nominal", value: "0.1.0"), Fact(label: "engine", value: "onednn 2.6"),
                Fact(label: "processor", value: "AVX-512"),
            ],
            categories: categories,
            mean: isLabelled
                ? MetricsRow(
                    imageAUROC: image.reduce(0, +) / Double(max(1, image.count)),
                    pixelAUROC: pixel.reduce(0, +) / Double(max(1, pixel.count)),
                    furtherMetrics: [Metric(name: "AU-PRO", value: 0.9312), Metric(name: "F1-max", value: 0.9655)])
                : nil,
            warnings: ["2 files of zipper could not be read and were set aside: 014.png (truncated), 077.png (empty)."],
            manifest: "{\n  \"name\": \"nightly\",\n  \"seed\": 7,\n  \"steps\": 4000\n}",
            peers: [
                PublishedFigure(
                    name: "SSAE", imageAUROC: 0.998, pixelAUROC: 0.992,
                    source: "Mathematics 2024, 12(24), 3988, abstract; mean over 15 categories of MVTec AD"),
                PublishedFigure(
                    name: "EfficientAD-S", imageAUROC: 0.99, pixelAUROC: nil,
                    source: "nelson1425/EfficientAD; mean over 15 categories of MVTec AD"),
            ])
    }

    /// A third of the pictures is normal. The scores of both classes overlap slightly.
    static func labelled(_ index: Int, pictures: Int) -> CategoryReport {
        let normal = (0..<40).map { Float(0.01 + 0.012 * quantile($0, index)) }
        let anomalous = (0..<60).map { Float(0.017 + 0.045 * quantile($0, index + 7)) }
        let threshold: Float = 0.0212
        return CategoryReport(
            name: categoryNames[index % categoryNames.count], imageAUROC: 0.99 - 0.004 * Double(index),
            pixelAUROC: 0.975 - 0.003 * Double(index),
            furtherMetrics: [
                Metric(name: "AU-PRO", value: 0.93), Metric(name: "F1-max", value: index % 4 == 3 ? nil : 0.96),
            ],
            counts: ImageCounts(train: 209, heldOut: 20, testNormal: 40, testAnomalous: 60, quarantined: index % 3),
            training: training, curves: curves(normal: normal, anomalous: anomalous), normalScores: normal,
            anomalousScores: anomalous, calibrationScores: (0..<20).map { Float(0.01 + 0.011 * quantile($0, 3)) },
            threshold: threshold, uncertainScores: uncertain, drift: drift(index),
            gallery: (0..<pictures).map { picture in
                let isAnomalous = picture % 3 != 0
                let score = isAnomalous ? anomalous[picture % 60] : normal[picture % 40]
                let kind = isAnomalous ? (picture % 2 == 0 ? "scratch" : "broken_large") : "good"
                return item(
                    name: "\(kind)/\(String(format: "%03d", picture))", kind: kind, isAnomalous: isAnomalous,
                    score: score, threshold: threshold, sample: SamplePicture(index: picture, hasDefect: isAnomalous))
            })
    }

    static let uncertain: Range<Float> = 0.018..<0.026

    /// Measures in which the warmth of the light changed.
    static func drift(_ index: Int) -> [DriftMeasure] {
        [("Brightness", 0.0, 0.8), ("Contrast", 0, 0.6), ("Warmth", 0.08, 0.0004), ("Sharpness", 0, 1)].map {
            name, shift, probability in
            DriftMeasure(
                name: name, meaning: "a measure", normal: (0..<40).map { 0.4 + 0.1 * quantile($0, index) },
                tested: (0..<25).map { 0.4 + shift + 0.1 * quantile($0, index + 3) }, distance: shift * 8 + 0.1,
                probability: probability)
        }
    }

    static func unlabelled(_ index: Int, pictures: Int) -> CategoryReport {
        let scores = (0..<80).map { Float(0.01 * exp(5 * pow(quantile($0, index), 3))) }
        return CategoryReport(
            name: categoryNames[index % categoryNames.count], counts: ImageCounts(testUnlabelled: 80),
            unlabelledScores: scores, threshold: 0.2,
            gallery: (0..<pictures).map { picture in
                item(
                    name: "shift_2/\(picture)", kind: "shift_2", isAnomalous: nil, score: scores[picture % 80],
                    threshold: 0.2, sample: SamplePicture(index: picture, hasDefect: picture % 5 == 0))
            })
    }

    static func item(
        name: String, kind: String, isAnomalous: Bool?, score: Float, threshold: Float, sample: SamplePicture
    ) -> GalleryItem {
        let isCalled = score >= threshold
        return GalleryItem(
            name: name, kind: kind, isAnomalous: isAnomalous, score: score, normalizedScore: score / 0.005 - 3,
            verdict: isCalled ? "anomalous" : "normal", confidence: uncertain.contains(score) ? 0.7 : 0.99,
            isUncertain: uncertain.contains(score), isMiss: isAnomalous.map { $0 != isCalled } ?? false,
            input: sample.input, expected: sample.expected, overlay: sample.overlay,
            groundTruth: isAnomalous == true ? sample.groundTruth : nil,
            lineage: [
                Fact(label: "Image", value: String(repeating: "0123456789abcdef", count: 4)),
                Fact(label: "File", value: "test/\(name).png"),
            ])
    }

    static var training: TrainingCurve {
        TrainingCurve(
            points: (0..<400).map { index in
                let progress = Double(index) / 400
                let wobble = 1 + 0.25 * quantile(index, 5)
                let clean = (0.0008 + 0.08 * exp(-9 * progress)) * wobble
                let masked = (0.006 + 0.2 * exp(-6 * progress)) * wobble
                return TrainingCurve.Point(
                    step: (index + 1) * 10, loss: 0.1 * clean + 0.9 * masked, lossClean: clean, lossMasked: masked,
                    learningRate: 0.001 * (1 + cos(.pi * progress)) / 2)
            })
    }

    static func curves(normal: [Float], anomalous: [Float]) -> CategoryCurves {
        let thresholds = Set(normal + anomalous).sorted(by: >)
        func share(_ scores: [Float], _ threshold: Float) -> Double {
            Double(scores.count { $0 >= threshold }) / Double(scores.count)
        }
        let steps = (0...60).map { Double($0) / 60 }
        return CategoryCurves(
            imageROC: [CurvePoint(x: 0, y: 0)]
                + thresholds.map { CurvePoint(x: share(normal, $0), y: share(anomalous, $0)) },
            pixelROC: steps.map { CurvePoint(x: $0, y: pow($0, 0.05)) },
            imagePrecisionRecall: thresholds.map { threshold in
                let (tp, fp) = (anomalous.count { $0 >= threshold }, normal.count { $0 >= threshold })
                return CurvePoint(x: Double(tp) / Double(anomalous.count), y: Double(tp) / Double(tp + fp))
            },
            pixelPrecisionRecall: steps.map { CurvePoint(x: $0, y: 1 - pow($0, 6)) },
            pro: steps.map { CurvePoint(x: $0, y: pow($0, 0.1)) },
            pimo: steps.map { step in
                CategoryCurves.Overlap(
                    fpr: 1e-5 * pow(10, step), mean: 0.5 + 0.3 * step, lowerQuartile: 0.3 + 0.2 * step,
                    upperQuartile: 0.8 + 0.2 * step)
            })
    }

    /// A low-discrepancy sequence in 0..<1: multiples of the golden ratio modulo one.
    private static func quantile(_ index: Int, _ offset: Int) -> Double {
        (Double(index + 31 * offset) * 0.618_033_988_749_895).truncatingRemainder(dividingBy: 1)
    }
}
