import ContentStore

/// The images that a model was made from and tested on, for its card.
struct DataFacts: Codable, Equatable, Sendable {
    var category, layout: String
    var training, heldOut, test: ImageSet
    /// Files that were set aside, by the kind of their fault.
    var normalSetAside, testSetAside: [String: Int]
    /// See `ImageInventory`.
    var copies, testCopies: Int
    var isGrey: Bool
    /// Nil where textures are made by formula.
    var textures: CardFacts.Textures?

    init(_ inventory: ImageInventory, _ known: CardFacts) {
        (category, layout) = (known.category, known.layout)
        (training, heldOut, test) = (inventory.training, inventory.heldOut, inventory.test)
        (normalSetAside, testSetAside) = (inventory.normalSetAside, inventory.testSetAside)
        (copies, testCopies) = (inventory.copies, inventory.testCopies)
        (isGrey, textures) = (inventory.isGrey, known.textures)
    }

    /// Images that were trained on or held out.
    var normalImages: Int { training.images + heldOut.images }
}
