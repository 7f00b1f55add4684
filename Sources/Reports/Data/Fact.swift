/// One labelled value of a run, such as "Images scored: 83" or "Engine: onednn".
public struct Fact: Codable, Sendable, Equatable {
    public var label: String
    public var value: String

    public init(label: String, value: String) {
        self.label = label
        self.value = value
    }
}
