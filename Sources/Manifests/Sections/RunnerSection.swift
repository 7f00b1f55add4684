/// `execution.runner`: where tasks are computed.
public struct RunnerSection: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        case local, slurm
    }

    public var kind: Kind
    public var partition, account: String?
    public var timeMinutes, memoryMiB: Int?
    public var cpus: Int
    public var elementSeconds: Double
    public var elements: Int
    public var options: [String]

    /// - Parameter object: the section of a resolved manifest.
    init(_ object: JSONValue) {
        kind = object.choice("kind")
        (partition, account) = (object["partition"]?.string, object["account"]?.string)
        (timeMinutes, memoryMiB) = (object["timeMinutes"]?.integer, object["memoryMiB"]?.integer)
        cpus = object.whole("cpus")
        elementSeconds = object.decimal("elementSeconds")
        elements = object.whole("elements")
        options = (object.member("options").elements ?? []).compactMap(\.string)
    }
}
