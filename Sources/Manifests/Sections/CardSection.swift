/// `card`: statements of people for the model card. They affect nothing else.
public struct CardSection: Sendable, Equatable {
    /// The licence of the model: an SPDX expression or free text.
    public var licence: String?
    /// The licence of the training images.
    public var dataLicence: String?
    public var dataSource: String?
    /// The person responsible for the model, and their address.
    public var owner, contact: String?
    public var intendedUse, outOfScope: String?
    public var notes: String?

    /// - Parameter object: the section of the resolved manifest.
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
