import AnomalyDetection
import ContentStore
import Folders
import Imaging
import Metrics
import Pipeline

/// One line of `scores.csv`.
package struct ScoreRow: Codable {
    package static let header = "category,kind,image,label,score,normalizedScore,threshold,verdict,confidence,uncertain"

    package var category, kind, image: String
    package var label: String?
    package var score, normalizedScore, threshold: Float
    /// The origin of a threshold set by a person; nil otherwise. Only `scores.json` contains it.
    package var thresholdOrigin: String?
    package var verdict: String
    package var confidence: Double
    package var uncertain: Bool
    /// The size of the image, its regions and their threshold. Only `scores.json` contains them.
    package var width, height: Int
    package var pixelThreshold: Float
    package var regions: [MapRegion]

    package init(category: String, _ entry: ScoreIndex.Entry) {
        (self.category, kind, image) = (category, entry.kind, entry.file)
        label = entry.isAnomalous.map { $0 ? "anomalous" : "normal" }
        (score, normalizedScore, threshold) = (entry.score, entry.normalizedScore, entry.threshold)
        thresholdOrigin = entry.thresholdOrigin
        verdict = entry.verdict.rawValue
        guard let confidence = entry.confidence, let isUncertain = entry.isUncertain else {
            fatalError("the verdict on \(entry.file) came without a confidence")
        }
        (self.confidence, uncertain) = (confidence, isUncertain)
        (width, height, pixelThreshold, regions) = (entry.width, entry.height, entry.pixelThreshold, entry.regions)
    }

    private enum CodingKeys: String, CodingKey {
        case category, kind, image, label, score, normalizedScore, threshold, thresholdOrigin, verdict
        case confidence, uncertain, width, height, pixelThreshold, regions
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func name(_ key: CodingKeys) throws -> String { PathText.read(try container.decode(String.self, forKey: key)) }
        (category, kind, image) = (try name(.category), try name(.kind), try name(.image))
        label = try container.decodeIfPresent(String.self, forKey: .label)
        score = try container.decode(Float.self, forKey: .score)
        normalizedScore = try container.decode(Float.self, forKey: .normalizedScore)
        threshold = try container.decode(Float.self, forKey: .threshold)
        thresholdOrigin = try container.decodeIfPresent(String.self, forKey: .thresholdOrigin)
        verdict = try container.decode(String.self, forKey: .verdict)
        confidence = try container.decode(Double.self, forKey: .confidence)
        uncertain = try container.decode(Bool.self, forKey: .uncertain)
        width = try container.decode(Int.self, forKey: .width)
        height = try container.decode(Int.self, forKey: .height)
        pixelThreshold = try container.decode(Float.self, forKey: .pixelThreshold)
        regions = try container.decode([MapRegion].self, forKey: .regions)
    }

    /// Encodes names unchanged. A missing label is written as null, so that every key is present.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(PathText.exact(category), forKey: .category)
        try container.encode(PathText.exact(kind), forKey: .kind)
        try container.encode(PathText.exact(image), forKey: .image)
        try container.encode(label, forKey: .label)
        try container.encode(score, forKey: .score)
        try container.encode(normalizedScore, forKey: .normalizedScore)
        try container.encode(threshold, forKey: .threshold)
        try container.encodeIfPresent(thresholdOrigin, forKey: .thresholdOrigin)
        try container.encode(verdict, forKey: .verdict)
        try container.encode(confidence, forKey: .confidence)
        try container.encode(uncertain, forKey: .uncertain)
        try container.encode(width, forKey: .width)
        try container.encode(height, forKey: .height)
        try container.encode(pixelThreshold, forKey: .pixelThreshold)
        try container.encode(regions, forKey: .regions)
    }

    package var line: String {
        [
            PathText.cell(category), PathText.cell(kind), PathText.cell(image), label ?? "", "\(score)",
            "\(normalizedScore)", "\(threshold)", verdict,
            "\(confidence)", "\(uncertain)",
        ].map(ScoreRow.quoted).joined(separator: ",")
    }

    /// Quotes a field by RFC 4180. Compares scalars, because a combining mark after a comma forms another `Character`.
    package static func quoted(_ field: String) -> String {
        guard field.unicodeScalars.contains(where: { $0 == "," || $0 == "\"" || Character($0).isNewline }) else {
            return field
        }
        var quoted = String.UnicodeScalarView("\"".unicodeScalars)
        for scalar in field.unicodeScalars {
            if scalar == "\"" { quoted.append(scalar) }
            quoted.append(scalar)
        }
        quoted.append("\"")
        return String(quoted)
    }
}
