import SeededRandom

/// Where defects go: anywhere, but whole.
enum DefectPlacement {
    static func centre(reach: Float, from random: inout SeededGenerator) -> Place {
        Place(random.uniform(reach, 128 - reach), random.uniform(reach, 128 - reach))
    }
}
