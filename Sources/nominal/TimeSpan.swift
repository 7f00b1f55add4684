import ArgumentParser

/// A time as people write it: 90s, 45m, 12h, 30d, 2w.
struct TimeSpan: ExpressibleByArgument, Equatable {
    private static let units: [(letter: Character, seconds: Double)] = [
        ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400), ("w", 604_800),
    ]

    let seconds: Double

    init?(argument: String) {
        guard let letter = argument.last, let unit = Self.units.first(where: { $0.letter == letter }),
            let count = Double(argument.dropLast()), count >= 0, count * unit.seconds < 1e12
        else { return nil }
        seconds = count * unit.seconds
    }

    /// Roughly, in the largest unit that fits.
    static func readable(_ seconds: Double) -> String {
        let unit = units.last { seconds >= $0.seconds } ?? units[0]
        return "\(Int(min(max(seconds, 0), 1e15) / unit.seconds)) \(unit.letter)"
    }
}
