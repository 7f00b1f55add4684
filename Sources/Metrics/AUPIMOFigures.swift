/// AUPIMO over the anomalous images of a test set: each image has a value of its own.
public struct AUPIMOFigures: Equatable, Sendable {
    /// An image with its value.
    public struct Image: Codable, Equatable, Sendable {
        public var image: String
        public var aupimo: Double
    }

    /// How many of the worst images are listed.
    static let worstCount = 10

    public var mean: Double?
    public var median: Double?
    /// Of these images: see `PerImageStatistics`.
    public var standardDeviation: Double?
    /// Images that have a value: the anomalous ones with labelled pixels.
    public var count = 0
    /// At most ten, from the lowest value up; equal values by name.
    public var worst: [Image] = []

    public init() {}

    /// - Parameter values: of each image, nil where it has none; in the order of the names.
    init(_ values: [Double?], names: [String]) {
        let known = zip(names, values).compactMap { name, value in value.map { Image(image: name, aupimo: $0) } }
        let statistics = PerImageStatistics(known.map(\.aupimo))
        (mean, median) = (statistics.mean, statistics.median)
        standardDeviation = statistics.standardDeviation
        count = known.count
        worst = Array(known.sorted { ($0.aupimo, $0.image) < ($1.aupimo, $1.image) }.prefix(Self.worstCount))
    }
}

extension AUPIMOFigures: Codable {
    private enum CodingKeys: String, CodingKey { case mean, median, standardDeviation, count, worst }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(mean, forKey: .mean)
        try container.encode(median, forKey: .median)
        try container.encode(standardDeviation, forKey: .standardDeviation)
        try container.encode(count, forKey: .count)
        try container.encode(worst, forKey: .worst)
    }
}
