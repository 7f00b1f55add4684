import Manifests

/// What people say of a model, as the manifest has it.
struct Statements: Codable, Equatable, Sendable {
    var licence, dataLicence, dataSource, owner, contact, intendedUse, outOfScope, notes: String?

    init(_ section: CardSection) {
        (licence, dataLicence, dataSource) = (section.licence, section.dataLicence, section.dataSource)
        (owner, contact) = (section.owner, section.contact)
        (intendedUse, outOfScope, notes) = (section.intendedUse, section.outOfScope, section.notes)
    }
}
