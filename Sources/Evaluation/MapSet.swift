/// The maps of one object with their masks: one test set.
public struct MapSet: Sendable, Equatable {
    /// The object's folder; nil where the kinds are the only folders.
    public let object: String?
    /// By name.
    public let maps: [MapFile]
    /// Maps of other kinds than `good` that have no mask, and so count as normal.
    public let unmasked: [String]
    /// Masks of images that have no map: leaving them out would leave out what a method failed at.
    public let masksWithoutMap: [String]
    /// Where a mask is looked for, for messages.
    public let masksFolder: String
    /// Other files there that take no part.
    public let unusedMasks: UnusedMasks
}
