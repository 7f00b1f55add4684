/// AU-PRO up to the false-positive rates at which it is usually reported, each divided by its limit.
public struct AUPROFigures: Equatable, Sendable {
    public var at005: Double?
    /// The limit of MVTec's evaluation.
    public var at03: Double?
    public var at1: Double?

    public init(at005: Double? = nil, at03: Double? = nil, at1: Double? = nil) {
        (self.at005, self.at03, self.at1) = (at005, at03, at1)
    }
}

extension AUPROFigures: Codable {
    private enum CodingKeys: String, CodingKey {
        case at005 = "0.05"
        case at03 = "0.3"
        case at1 = "1"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(at005, forKey: .at005)
        try container.encode(at03, forKey: .at03)
        try container.encode(at1, forKey: .at1)
    }
}
