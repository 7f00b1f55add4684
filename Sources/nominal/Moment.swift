import ContentStore
import Foundation
import Host

/// Times of the history for people, in the time zone of the user, and for machines.
enum Moment {
    static func text(_ nanoseconds: Int64) -> String {
        date(nanoseconds).formatted(
            Date.VerbatimFormatStyle(
                format:
                    "\(year: .defaultDigits)-\(month: .twoDigits)-\(day: .twoDigits) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits)",
                timeZone: .current, calendar: Calendar(identifier: .gregorian)))
    }

    /// Today, in the time zone of the user, such as `2026-11-26`.
    static func day() -> String { String(text(HostClock.wallNanoseconds()).prefix(10)) }

    static func iso8601(_ nanoseconds: Int64) -> String { date(nanoseconds).formatted(.iso8601) }

    /// Seconds from then until now; not negative, also where a clock was set back.
    static func secondsSince(_ nanoseconds: Int64) -> Double {
        max(Double(HostClock.wallNanoseconds() - nanoseconds) / 1e9, 0)
    }

    private static func date(_ nanoseconds: Int64) -> Date { Date(timeIntervalSince1970: Double(nanoseconds) / 1e9) }
}
