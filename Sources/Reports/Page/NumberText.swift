import Foundation

/// How numbers are written on the page: independent of locale, the same on every machine.
enum NumberText {
    /// Stands for a figure that does not exist.
    static let missing = "–"

    static func fixed(_ value: Double, decimals: Int) -> String {
        String(format: "%.\(decimals)f", value).replacing("-", with: "−")
    }

    /// An AUROC or another fraction with four decimals.
    static func fraction(_ value: Double?) -> String {
        guard let value, value.isFinite else { return missing }
        return fixed(value, decimals: 4)
    }

    /// A metric of unknown unit: four decimals as long as they say enough, else four significant digits.
    static func metric(_ value: Double?) -> String {
        guard let value, value.isFinite else { return missing }
        return value == 0 || (0.001..<10).contains(abs(value)) ? fixed(value, decimals: 4) : significant(value)
    }

    /// A published fraction with the digits it was published with, at least three.
    static func published(_ value: Double?) -> String {
        guard let value, value.isFinite else { return missing }
        let text = fixed(value, decimals: 4)
        return text.hasSuffix("0") ? String(text.dropLast()) : text
    }

    /// Four significant digits; a power of ten is written out below 0.0001 and from a million on.
    static func significant(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "not a number" : value < 0 ? "−∞" : "∞" }
        guard abs(value) < 1000 || abs(value) >= 1e6 else { return fixed(value, decimals: 0) }
        let parts = String(format: "%.4g", value).replacing("-", with: "−").split(separator: "e")
        guard parts.count == 2, let exponent = Int(parts[1].replacing("−", with: "-")) else { return String(parts[0]) }
        return "\(parts[0])×10\(superscript(exponent))"
    }

    static func duration(seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return missing }
        if seconds < 59.95 { return "\(fixed(seconds, decimals: 1)) s" }
        let whole = Int(seconds.rounded())
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3600) h \(whole % 3600 / 60) min"
    }

    static func plural(_ count: Int, _ singular: String, _ plural: String) -> String {
        "\(count) \(count == 1 ? singular : plural)"
    }

    /// A coordinate of a drawing, to a tenth of a unit.
    static func coordinate(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(Double(tenths) / 10)"
    }

    /// The power of ten, a multiple of three, that tick labels up to `largest` leave to the axis label.
    static func sharedExponent(of largest: Double) -> Int {
        guard largest > 0 else { return 0 }
        let exponent = Power.exponent(of: largest)
        return (-4...4).contains(exponent) ? 0 : Int((Double(exponent) / 3).rounded(.down)) * 3
    }

    /// A tick of a linear axis, with the decimals that its step needs.
    static func tick(_ value: Double, step: Double, exponent: Int) -> String {
        let scaled = value / Power.ofTen(exponent)
        let text = fixed(scaled, decimals: max(0, -Power.exponent(of: step / Power.ofTen(exponent) * (1 + 1e-9))))
        return scaled == 0 ? text.replacing("−", with: "") : text
    }

    /// A tick of a logarithmic axis: 1, 2 or 5 times a power of ten.
    static func power(_ value: Double) -> String {
        let exponent = Power.exponent(of: value)
        let mantissa = Int((value / Power.ofTen(exponent)).rounded())
        if (-4...4).contains(exponent) { return fixed(value, decimals: max(0, -exponent)) }
        return (mantissa == 1 ? "10" : "\(mantissa)×10") + superscript(exponent)
    }

    static func superscript(_ exponent: Int) -> String {
        let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
        let text = String(abs(exponent)).compactMap(\.wholeNumberValue).map { String(digits[$0]) }.joined()
        return (exponent < 0 ? "⁻" : "") + text
    }
}
