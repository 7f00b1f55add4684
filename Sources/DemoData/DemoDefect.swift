import SeededRandom

/// A kind of defect; each occurs on every material. The raw value is the name of its folder.
public enum DemoDefect: String, CaseIterable, Sendable {
    /// A shallow round deformation: light on one side, dark on the other, the texture in it bent.
    case dent
    /// A small irregular hole through the surface.
    case hole
    /// A fine line with a bright and a dark edge.
    case scratch
    /// A spot of oil or dye with a darker rim.
    case stain
    /// A stray fibre that lies on the surface and casts a shadow.
    case thread

    func overlay(on material: DemoMaterial, from random: inout SeededGenerator) -> any DefectOverlay {
        switch self {
        case .dent: DentOverlay(on: material, from: &random)
        case .hole: HoleOverlay(on: material, from: &random)
        case .scratch: ScratchOverlay(on: material, from: &random)
        case .stain: StainOverlay(on: material, from: &random)
        case .thread: ThreadOverlay(on: material, from: &random)
        }
    }
}
