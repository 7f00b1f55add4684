/// `card`: what people say of the model, for its model card. Without influence on anything else.
public struct CardSection: Sendable, Equatable {
    /// Of the model: an SPDX expression, or words.
    public var licence: String?
    /// Of the images that it is trained on.
    public var dataLicence: String?
    public var dataSource: String?
    /// Who answers for the model, and how to reach them.
    public var owner, contact: String?
    public var intendedUse, outOfScope: String?
    public var notes: String?

    /// - Parameter object: the section of a resolved manifest.
    public init(_ object: JSONValue) {
        licence = object["licence"]?.string
        dataLicence = object["dataLicence"]?.string
        dataSource = object["dataSource"]?.string
        owner = object["owner"]?.string
        contact = object["contact"]?.string
        intendedUse = object["intendedUse"]?.string
        outOfScope = object["outOfScope"]?.string
        notes = object["notes"]?.string
    }
}
