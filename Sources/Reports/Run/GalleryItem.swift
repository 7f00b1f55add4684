import Foundation
import Wording

/// An encoded image that the page embeds as a `data:` URI.
public struct Picture: Sendable, Equatable {
    /// Encodings that every browser supports.
    public enum MimeType: String, Sendable, Equatable {
        case png = "image/png"
        case jpeg = "image/jpeg"
    }

    public var mimeType: MimeType
    /// The encoded file. At 6 KB each, a page of 200 images stays below 5 MB.
    public var bytes: [UInt8]
    /// Size in pixels, which reserves the space before the image is decoded.
    public var width, height: Int

    public init(mimeType: MimeType, bytes: [UInt8], width: Int, height: Int) {
        (self.mimeType, self.bytes, self.width, self.height) = (mimeType, bytes, width, height)
    }

    /// The embedded image.
    /// - Parameter meaning: the alternative text.
    func html(_ meaning: String) -> HTML {
        HTML(
            "img",
            [
                "alt": meaning, "width": "\(max(1, width))", "height": "\(max(1, height))",
                "src": "data:\(mimeType.rawValue);base64,\(Data(bytes).base64EncodedString())",
            ])
    }
}

/// A scored image with its anomaly map and verdict.
public struct GalleryItem: Sendable, Equatable {
    /// A part of the anomaly map, in pixels of the original image.
    public struct Region: Sendable, Equatable {
        public var left, top, width, height, area: Int
        public var areaSquareMillimetres: Double?
        public var peak, mean: Float

        public init(
            left: Int, top: Int, width: Int, height: Int, area: Int, areaSquareMillimetres: Double?, peak: Float,
            mean: Float
        ) {
            (self.left, self.top, self.width, self.height, self.area) = (left, top, width, height, area)
            (self.areaSquareMillimetres, self.peak, self.mean) = (areaSquareMillimetres, peak, mean)
        }

        /// Such as "12 x 8 pixels at x 30, y 44; area 70 pixels, 2.8 mm²; peak 0.5, mean 0.4".
        var text: String {
            let size = areaSquareMillimetres.map { ", \(NumberText.significant($0)) mm²" } ?? ""
            return
                "\(width) x \(height) pixels at x \(left), y \(top); area \(counted(area, "pixel"))"
                + "\(size); peak \(NumberText.significant(Double(peak))), mean \(NumberText.significant(Double(mean)))"
        }
    }

    /// "KIND/STEM", unique within its category.
    public var name: String
    /// The folder in the test set: "good", or the type of defect.
    public var kind: String
    /// The ground truth; `nil` for unlabelled images.
    public var isAnomalous: Bool?
    /// The score, in the unit of the category's threshold.
    public var score: Float
    /// The normalised score: 0 for the median held-out normal image, 1 at the threshold; see `Calibration.normalized`.
    public var normalizedScore: Float?
    /// "anomalous", "normal", or another verdict of the run.
    public var verdict: String?
    /// The confidence of the verdict, 0 to 1.
    public var confidence: Double?
    /// True if a person should review the verdict.
    public var isUncertain: Bool
    /// True if the verdict contradicts the ground truth.
    public var isMiss: Bool
    public var input: Picture
    /// The image as the detector expected it, and the caption of that picture.
    public var expected: Picture?
    public var expectedLabel: String
    /// The anomaly map over the input.
    public var overlay: Picture
    public var groundTruth: Picture?
    /// Regions above the pixel threshold, at most a few.
    public var regions: [Region] = []
    /// The number of all regions.
    public var regionCount = 0
    /// The digests of the files that the item was made from.
    public var lineage: [Fact]

    public init(
        name: String, kind: String, isAnomalous: Bool?, score: Float, normalizedScore: Float? = nil,
        verdict: String? = nil, confidence: Double? = nil, isUncertain: Bool = false, isMiss: Bool, input: Picture,
        expected: Picture? = nil, expectedLabel: String = "Reconstruction", overlay: Picture,
        groundTruth: Picture? = nil, lineage: [Fact] = []
    ) {
        (self.name, self.kind, self.isAnomalous, self.score) = (name, kind, isAnomalous, score)
        (self.normalizedScore, self.verdict, self.confidence) = (normalizedScore, verdict, confidence)
        (self.isUncertain, self.isMiss) = (isUncertain, isMiss)
        (self.input, self.expected, self.expectedLabel) = (input, expected, expectedLabel)
        self.overlay = overlay
        (self.groundTruth, self.lineage) = (groundTruth, lineage)
    }
}

extension [GalleryItem] {
    /// The items with wrong verdicts first, and within both groups by how far the score is on the wrong side of
    /// `threshold`: low scores of anomalous images and high scores of all others come first. Ties are ordered by name.
    ///
    /// Without a threshold, the median score takes its place.
    func worstFirst(threshold: Float?) -> [GalleryItem] {
        let finite = map(\.score).filter(\.isFinite).sorted()
        let reference = threshold ?? (finite.isEmpty ? 0 : finite[finite.count / 2])
        // A score that is not a number is the worst.
        func severity(_ item: GalleryItem) -> Float {
            guard !item.score.isNaN else { return .infinity }
            return item.isAnomalous == true ? reference - item.score : item.score - reference
        }
        return sorted { left, right in
            if left.isMiss != right.isMiss { return left.isMiss }
            let (leftSeverity, rightSeverity) = (severity(left), severity(right))
            return leftSeverity != rightSeverity ? leftSeverity > rightSeverity : left.name < right.name
        }
    }
}
