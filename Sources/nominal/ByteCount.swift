import ArgumentParser
import Foundation

/// A number of bytes as people write it: 500M, 20G, 1.5T, each 1024 of the one before.
struct ByteCount: ExpressibleByArgument, Equatable {
    private static let units = ["B", "KiB", "MiB", "GiB", "TiB"]

    let bytes: Int

    init(bytes: Int) { self.bytes = bytes }

    init?(argument: String) {
        var text = argument.lowercased()
        for ending in ["ib", "b"] where text.hasSuffix(ending) { text.removeLast(ending.count) }
        var factor = 1.0
        if let last = text.last, let power = ["k", "m", "g", "t"].firstIndex(of: String(last)) {
            factor = pow(1024, Double(power + 1))
            text.removeLast()
        }
        guard let value = Double(text), value >= 0, value * factor < 1e18 else { return nil }
        bytes = Int(value * factor)
    }
}

extension ByteCount: CustomStringConvertible {
    /// With one decimal from KiB on.
    var description: String {
        var value = Double(bytes), unit = 0
        while value >= 1023.95, unit < Self.units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
        return unit == 0 ? "\(bytes) B" : "\((value * 10).rounded() / 10) \(Self.units[unit])"
    }
}
