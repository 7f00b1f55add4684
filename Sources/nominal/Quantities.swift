import ArgumentParser
import Foundation
import Host

/// A number of bytes in an argument, such as 500M, 20G or 1.5T, with factors of 1024.
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
    /// The size with one decimal, from KiB on.
    var description: String {
        var value = Double(bytes), unit = 0
        while value >= 1023.95, unit < Self.units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
        return unit == 0 ? "\(bytes) B" : "\((value * 10).rounded() / 10) \(Self.units[unit])"
    }
}

/// A duration in an argument, such as 90s, 45m, 12h, 30d or 2w.
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

    /// Returns the whole number of the largest unit that fits.
    static func readable(_ seconds: Double) -> String {
        let unit = units.last { seconds >= $0.seconds } ?? units[0]
        return "\(Int(min(max(seconds, 0), 1e15) / unit.seconds)) \(unit.letter)"
    }
}

/// A percentage in an argument, such as "5%" or "5".
struct Percentage: ExpressibleByArgument {
    /// The fraction, 0 to 1.
    let share: Double

    init?(argument: String) {
        let digits = argument.hasSuffix("%") ? String(argument.dropLast()) : argument
        guard let percent = Double(digits), percent >= 0, percent <= 100 else { return nil }
        share = percent / 100
    }
}

/// Formats times of the history, which are nanoseconds since 1970.
enum Timestamp {
    /// Returns date and time in the local time zone.
    static func text(_ nanoseconds: Int64) -> String {
        date(nanoseconds).formatted(
            Date.VerbatimFormatStyle(
                format:
                    "\(year: .defaultDigits)-\(month: .twoDigits)-\(day: .twoDigits) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits)",
                timeZone: .current, calendar: Calendar(identifier: .gregorian)))
    }

    /// Returns today's date in the local time zone, such as `2026-11-26`.
    static func day() -> String { String(text(HostClock.wallNanoseconds()).prefix(10)) }

    static func iso8601(_ nanoseconds: Int64) -> String { date(nanoseconds).formatted(.iso8601) }

    /// Returns the seconds since a time, or 0 if the clock was set back.
    static func secondsSince(_ nanoseconds: Int64) -> Double {
        max(Double(HostClock.wallNanoseconds() - nanoseconds) / 1e9, 0)
    }

    private static func date(_ nanoseconds: Int64) -> Date { Date(timeIntervalSince1970: Double(nanoseconds) / 1e9) }
}
