import ContentStore
import Pipeline

/// The numbers of all categories in one place: `metrics.json`, `scores.json` and `scores.csv` as they are exported.
struct AggregateStage: Stage {
    static let name = "aggregate"
    static let version = 1

    /// In the order of the job.
    var categories: [String]

    let outputs = ["metrics.json", "scores.json", "scores.csv"]

    var parameters: [KeyPart] { [KeyPart("categories", .list(categories.map { .text($0) }))] }

    func run(_ context: TaskContext) throws {
        var summary = MetricsSummary(categories: [:], mean: MetricsSummary.Figures())
        var rows: [ScoreRow] = []
        for (number, category) in categories.enumerated() {
            let metrics = try context.readJSON(CategoryMetrics.self, "metrics.\(number)")
            summary.categories[category] = MetricsSummary.Figures(
                imageAUROC: metrics.imageAUROC, pixelAUROC: metrics.pixelAUROC)
            for entry in try context.readJSON(ScoreIndex.self, "scores.\(number)").entries {
                rows.append(ScoreRow(category: category, entry))
            }
        }
        let figures = categories.compactMap { summary.categories[$0] }
        summary.mean = MetricsSummary.Figures(
            imageAUROC: mean(figures.map(\.imageAUROC)), pixelAUROC: mean(figures.map(\.pixelAUROC)))
        try context.write(try StageJSON.pretty(summary), to: "metrics.json")
        try context.write(try StageJSON.pretty(rows), to: "scores.json")
        let table = ([ScoreRow.header] + rows.map(\.line)).joined(separator: "\n") + "\n"
        try context.write(Array(table.utf8), to: "scores.csv")
    }

    /// Over those that exist; nil where none does.
    private func mean(_ values: [Double?]) -> Double? {
        let known = values.compactMap(\.self)
        return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }
}

/// `metrics.json`.
public struct MetricsSummary: Codable, Sendable {
    public struct Figures: Codable, Sendable {
        public var imageAUROC: Double?
        public var pixelAUROC: Double?

        /// Figures that do not exist are written as null, so that a reader finds every key.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(imageAUROC, forKey: .imageAUROC)
            try container.encode(pixelAUROC, forKey: .pixelAUROC)
        }
    }

    public var categories: [String: Figures]
    public var mean: Figures
}

/// One line of `scores.csv`.
struct ScoreRow: Codable {
    static let header = "category,kind,image,label,score,normalizedScore,threshold,verdict"

    var category, kind, image: String
    var label: String?
    var score, normalizedScore, threshold: Float
    var verdict: String

    init(category: String, _ entry: ScoreIndex.Entry) {
        (self.category, kind, image) = (category, entry.kind, entry.file)
        label = entry.isAnomalous.map { $0 ? "anomalous" : "normal" }
        (score, normalizedScore, threshold) = (entry.score, entry.normalizedScore, entry.threshold)
        verdict = entry.verdict.rawValue
    }

    /// A label that nobody has given is written as null, so that a reader finds every key.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(category, forKey: .category)
        try container.encode(kind, forKey: .kind)
        try container.encode(image, forKey: .image)
        try container.encode(label, forKey: .label)
        try container.encode(score, forKey: .score)
        try container.encode(normalizedScore, forKey: .normalizedScore)
        try container.encode(threshold, forKey: .threshold)
        try container.encode(verdict, forKey: .verdict)
    }

    var line: String {
        [category, kind, image, label ?? "", "\(score)", "\(normalizedScore)", "\(threshold)", verdict]
            .map(ScoreRow.quoted).joined(separator: ",")
    }

    /// RFC 4180.
    static func quoted(_ field: String) -> String {
        guard field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return field }
        return "\"" + field.replacing("\"", with: "\"\"") + "\""
    }
}
