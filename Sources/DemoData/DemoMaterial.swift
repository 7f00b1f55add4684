import SeededRandom

/// A surface that the demo data set shows. The raw value is the name of its folder.
public enum DemoMaterial: String, CaseIterable, Sendable {
    case brushedMetal = "brushed_metal"
    case wood
    case wovenCloth = "woven_cloth"

    /// A new piece of the material.
    func texture(from random: inout SeededGenerator) -> any Texture {
        switch self {
        case .brushedMetal: BrushedMetalTexture(from: &random)
        case .wood: WoodTexture(from: &random)
        case .wovenCloth: WovenClothTexture(from: &random)
        }
    }
}
