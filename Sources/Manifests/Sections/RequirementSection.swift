/// `require`: figures that the test images have to reach for the run to succeed.
public struct RequirementSection: Sendable, Equatable {
    /// One figure and its least value.
    public struct Requirement: Sendable, Equatable {
        /// Its key in metrics.json; for AU-PRO and AUPIMO with the limit or the statistic: `aupro.0.3`, `aupimo.mean`.
        public var figure: String
        public var least: Double

        public init(figure: String, least: Double) { (self.figure, self.least) = (figure, least) }
    }

    /// In the order of the schema.
    public var requirements: [Requirement]

    /// - Parameter object: the section of a resolved manifest; nil where it has none.
    public init(_ object: JSONValue?) {
        requirements = (object?.members ?? []).map { member in
            // The schema lets nothing pass but ">= " and a number.
            guard let text = member.value.string, let least = Double(text.dropFirst(3)) else {
                fatalError("'\(member.name)' must be a bound after validation")
            }
            return Requirement(figure: member.name, least: least)
        }
    }
}
