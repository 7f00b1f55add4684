/// What is known of a category's model without labels.
public struct AssessmentReport: Sendable, Equatable {
    /// How well synthetic defects of one kind are told from normal images; fractions in 0...1.
    public struct Kind: Sendable, Equatable {
        public var name: String
        public var samples: Int
        public var imageAUROC, pixelAUROC, pixelAP: Double?

        public init(name: String, samples: Int, imageAUROC: Double?, pixelAUROC: Double?, pixelAP: Double?) {
            (self.name, self.samples) = (name, samples)
            (self.imageAUROC, self.pixelAUROC, self.pixelAP) = (imageAUROC, pixelAUROC, pixelAP)
        }
    }

    /// What a change of the camera does to normal images.
    public struct Change: Sendable, Equatable {
        public var label: String
        /// 1 = the way from the median normal image to the threshold.
        public var scoreShift: Double
        /// Share of normal images above the threshold, 0...1.
        public var falseAlarms: Double
        public var imageAUROC: Double?

        public init(label: String, scoreShift: Double, falseAlarms: Double, imageAUROC: Double?) {
            (self.label, self.scoreShift) = (label, scoreShift)
            (self.falseAlarms, self.imageAUROC) = (falseAlarms, imageAUROC)
        }
    }

    /// A measure of the projection, after and before training.
    public struct Measure: Sendable, Equatable {
        public var label: String
        public var after, before: Double

        public init(label: String, after: Double, before: Double) {
            (self.label, self.after, self.before) = (label, after, before)
        }
    }

    public var criterion: Double
    public var kinds: [Kind]
    public var changes: [Change]
    public var projection: [Measure]

    public init(criterion: Double, kinds: [Kind], changes: [Change], projection: [Measure]) {
        (self.criterion, self.kinds, self.changes, self.projection) = (criterion, kinds, changes, projection)
    }
}
