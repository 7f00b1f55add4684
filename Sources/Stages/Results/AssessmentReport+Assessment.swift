import AnomalyDetection
import Reports

extension AssessmentReport {
    /// An assessment in the words of the report.
    init(_ assessment: Assessment) {
        func kind(_ name: String, _ detection: Assessment.Detection) -> Kind {
            Kind(
                name: name, samples: detection.samples, imageAUROC: detection.imageAUROC,
                pixelAUROC: detection.pixelAUROC, pixelAP: detection.pixelAP)
        }
        let (after, before) = (assessment.projection, assessment.projectionBeforeTraining)
        func measure(_ label: String, _ value: (ProjectionMeasures) -> Double) -> Measure {
            Measure(label: label, after: value(after), before: value(before))
        }
        self.init(
            criterion: assessment.criterion,
            kinds: assessment.kinds.sorted { $0.key < $1.key }.map { kind($0.key, $0.value) }
                + [kind("all", assessment.detection)],
            changes: assessment.robustness.map {
                Change(
                    label: $0.label, scoreShift: $0.scoreShift, falseAlarms: $0.falseAlarms, imageAUROC: $0.imageAUROC)
            },
            projection: [
                measure("identity error on clean images, |f(x) - x| / |x|", \.identityError),
                measure("idempotence, |f(f(y)) - f(y)| / |f(y) - y|", \.idempotence),
                measure("change inside of corruptions, |y - f(y)| / |y - x|", \.changeInside),
                measure("change outside of corruptions over |y - x|", \.changeOutside),
                measure("largest singular value along corruptions") { $0.singularValues.first ?? 0 },
            ])
    }
}
