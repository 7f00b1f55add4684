import Foundation

/// How numbers are written in cards: independent of locale, the same on every machine.
enum CardNumber {
    static func fixed(_ value: Double, _ decimals: Int) -> String {
        let text = String(format: "%.\(decimals)f", value)
        // -0.00 is 0.00.
        return text.hasPrefix("-") && !text.contains { ("1"..."9").contains($0) } ? String(text.dropFirst()) : text
    }

    /// Four significant digits.
    static func significant(_ value: Double) -> String { String(format: "%.4g", value) }

    /// A share as a percentage: whole, but for shares below 10 %.
    static func percent(_ share: Double) -> String {
        let percent = 100 * share
        let text = fixed(percent, abs(percent) < 9.95 && abs(percent - percent.rounded()) > 0.04 ? 1 : 0)
        return text + " %"
    }

    static func plural(_ count: Int, _ singular: String, _ plural: String) -> String {
        "\(count) \(count == 1 ? singular : plural)"
    }
}
