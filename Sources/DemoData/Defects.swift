import SeededRandom

/// A kind of defect. Each kind occurs on every material. Raw values are folder names.
public enum DemoDefect: String, CaseIterable, Sendable {
    /// A shallow round dent: light on one side, dark on the other, with the texture bent.
    case dent
    /// A small irregular hole through the surface.
    case hole
    /// A fine line with a bright and a dark edge.
    case scratch
    /// A spot of oil or dye with a dark rim.
    case stain
    /// A stray fibre on the surface that casts a shadow.
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

/// A defect at its position.
protocol DefectOverlay {
    var centre: Place { get }
    /// The radius of all changes around the centre.
    var reach: Float { get }

    /// The colour at a position with the defect.
    /// - Parameter strength: 1 by default, more for a defect that would be too faint on this piece of texture.
    func colour(at place: Place, on texture: any Texture, strength: Float) -> Colour
}

/// A bowl-shaped hollow lit from one side that bends the texture.
struct DentOverlay: DefectOverlay {
    let centre: Place
    private let radius: Float
    private let light: Place
    private let shading: Float

    init(on material: DemoMaterial, from random: inout SeededGenerator) {
        // A busier material needs a deeper dent.
        let depth: Float =
            switch material {
            case .brushedMetal: 0.65
            case .wood: 1
            case .wovenCloth: 1.55
            }
        radius = random.uniform(6, 11)
        centre = DefectPlacement.centre(reach: radius + 2, from: &random)
        let turns = random.uniform(-0.08, 0.08) - 0.125
        light = Place(Waves.cosine(turns: turns), Waves.sine(turns: turns))
        shading = random.uniform(0.25, 0.42) * depth
    }

    var reach: Float { radius }

    func colour(at place: Place, on texture: any Texture, strength: Float) -> Colour {
        let away = (place - centre) / radius
        let distance = away.length
        guard distance < 1 else { return texture.colour(at: place) }
        // The slope of the bowl (1 - r^2)^2, scaled to a maximum of 1 at r = 0.58.
        let slope = 2.6 * distance * (1 - distance * distance)
        let facing = (away * light).sum() / max(distance, 0.01)
        let bowl = (1 - distance * distance) * (1 - distance * distance)
        let bent = texture.colour(at: place - away * (radius * 0.25 * bowl))
        return bent * (1 - shading * strength * slope * facing - 0.06 * bowl)
    }
}

/// A hole with a dark interior. A burr on the far side of the rim catches the light.
struct HoleOverlay: DefectOverlay {
    private let blob: DefectBlob
    private let behind: Colour
    private let burr: Float

    init(on material: DemoMaterial, from random: inout SeededGenerator) {
        blob = DefectBlob(radius: random.uniform(2, 5.5), roughness: 0.25, from: &random)
        switch material {
        case .brushedMetal: (behind, burr) = (Colour(0.14, 0.14, 0.15), 0.22)
        case .wood: (behind, burr) = (Colour(0.17, 0.10, 0.06), 0.12)
        case .wovenCloth: (behind, burr) = (Colour(0.09, 0.09, 0.11), 0.16)
        }
    }

    var centre: Place { blob.centre }
    var reach: Float { blob.reach + 1 }

    func colour(at place: Place, on texture: any Texture, strength: Float) -> Colour {
        let depth = blob.depth(of: place)
        let away = place - centre
        let facing = (away.x + away.y) / max(away.length, 0.1) * 0.7
        let rim = Waves.smoothStep(-1.8, -0.6, depth) * Waves.smoothStep(0.6, -0.4, depth)
        let lit = texture.colour(at: place) + burr * strength * facing * rim
        // Some light enters from the upper left.
        let inside = behind * (1 + 0.5 * Waves.smoothStep(0, 1, facing))
        return Waves.mix(lit, inside, Waves.smoothStep(-0.6, 0.7, depth))
    }
}

/// A groove with tapered ends, one bright flank and one dark flank.
struct ScratchOverlay: DefectOverlay {
    private let path: DefectPath
    private let halfWidth: Float
    private let bright: Float
    private let dark: Float

    init(on material: DemoMaterial, from random: inout SeededGenerator) {
        path = DefectPath(length: random.uniform(14, 38), winding: 0.06, from: &random)
        halfWidth = random.uniform(0.65, 1.1)
        let contrast = random.uniform(0.45, 1)
        switch material {
        case .brushedMetal: (bright, dark) = (0.28 * contrast, 0.20 * contrast)
        case .wood: (bright, dark) = (0.24 * contrast, 0.28 * contrast)
        case .wovenCloth: (bright, dark) = (0.36 * contrast, 0.10 * contrast)
        }
    }

    var centre: Place { path.centre }
    var reach: Float { path.radius + 3 }

    func colour(at place: Place, on texture: any Texture, strength: Float) -> Colour {
        let base = texture.colour(at: place)
        let (distance, progress) = path.offset(of: place)
        let taper = Waves.smoothStep(0, 0.15, progress) * Waves.smoothStep(1, 0.85, progress)
        let width = halfWidth * (0.5 + 0.5 * taper)
        let core = Waves.smoothStep(width + 0.5, width - 0.3, abs(distance - 0.3))
        let flank = Waves.smoothStep(width + 0.6, width - 0.2, abs(distance + 0.9)) * (1 - core)
        return base + (bright * core - dark * flank) * (strength * (0.45 + 0.55 * taper))
    }
}

/// A translucent tint with a dark rim where the liquid dried.
struct StainOverlay: DefectOverlay {
    private let blob: DefectBlob
    private let tint: Colour
    private let density: Float

    init(on material: DemoMaterial, from random: inout SeededGenerator) {
        blob = DefectBlob(radius: random.uniform(5, 13), roughness: 0.3, from: &random)
        tint =
            switch material {
            case .brushedMetal: Colour(0.84, 0.77, 0.62)
            case .wood: Colour(0.62, 0.60, 0.66)
            case .wovenCloth: Colour(0.78, 0.62, 0.45)
            }
        density = random.uniform(0.4, 0.95)
    }

    var centre: Place { blob.centre }
    var reach: Float { blob.reach }

    func colour(at place: Place, on texture: any Texture, strength: Float) -> Colour {
        let depth = blob.depth(of: place)
        let rim = Waves.smoothStep(-0.4, 0.8, depth) * Waves.smoothStep(3, 1, depth)
        let cover = Waves.smoothStep(-0.4, 0.8, depth) * (0.8 + 0.35 * rim) * density * strength
        let base = texture.colour(at: place)
        return Waves.mix(base, base * tint, min(cover, 1.6))
    }
}

/// A fibre of another colour with a soft shadow.
struct ThreadOverlay: DefectOverlay {
    private let path: DefectPath
    private let halfWidth: Float
    private let colour: Colour

    init(on material: DemoMaterial, from random: inout SeededGenerator) {
        path = DefectPath(length: random.uniform(20, 44), winding: 0.5, from: &random)
        halfWidth = random.uniform(0.6, 1.05)
        let colours: [Colour] =
            switch material {
            case .brushedMetal: [Colour(0.22, 0.25, 0.36), Colour(0.55, 0.20, 0.18), Colour(0.88, 0.86, 0.80)]
            case .wood: [Colour(0.90, 0.89, 0.85), Colour(0.20, 0.22, 0.30), Colour(0.28, 0.42, 0.55)]
            case .wovenCloth: [Colour(0.86, 0.84, 0.76), Colour(0.64, 0.24, 0.20), Colour(0.12, 0.12, 0.14)]
            }
        colour = colours[random.integer(below: colours.count)]
    }

    var centre: Place { path.centre }
    var reach: Float { path.radius + 4 }

    func colour(at place: Place, on texture: any Texture, strength: Float) -> Colour {
        let (distance, progress) = path.offset(of: place)
        let shade = abs(path.offset(of: place - Place(1.1, 1.3)).signedDistance)
        let shadow = 0.22 * Waves.smoothStep(halfWidth + 0.9, halfWidth - 0.5, shade)
        let cover = Waves.smoothStep(halfWidth + 0.45, halfWidth - 0.45, abs(distance))
        let round = 1 - 0.25 * min(1, abs(distance) / halfWidth)
        let ply = 1 + 0.08 * Waves.sine(turns: progress * 14 + distance * 0.4)
        let surface = texture.colour(at: place) * (1 - shadow)
        return Waves.mix(surface, colour * (round * ply), min(1, 0.92 * strength) * cover)
    }
}
