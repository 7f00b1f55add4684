import Foundation

/// Formats numbers for pages, independent of the locale.
enum NumberText {
    /// Stands for a value that does not exist.
    static let missing = "–"

    static func fixed(_ value: Double, decimals: Int) -> String {
        String(format: "%.\(decimals)f", value).replacing("-", with: "−")
    }

    /// An AUROC or another fraction, with four decimals.
    static func fraction(_ value: Double?) -> String {
        guard let value, value.isFinite else { return missing }
        return fixed(value, decimals: 4)
    }

    /// A metric of unknown unit: four decimals, or four significant digits where decimals would show too few.
    static func metric(_ value: Double?) -> String {
        guard let value, value.isFinite else { return missing }
        return value == 0 || (0.001..<10).contains(abs(value)) ? fixed(value, decimals: 4) : significant(value)
    }

    /// A p-value with four decimals.
    static func probability(_ value: Double) -> String {
        value < 0.0001 ? "< 0.0001" : fixed(value, decimals: 4)
    }

    /// A published fraction with as many digits as were published, at least three.
    static func published(_ value: Double?) -> String {
        guard let value, value.isFinite else { return missing }
        let text = fixed(value, decimals: 4)
        return text.hasSuffix("0") ? String(text.dropLast()) : text
    }

    /// Four significant digits, with a power of ten below 0.0001 and from a million on.
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

    /// An SVG coordinate, to a tenth of a unit.
    static func coordinate(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(Double(tenths) / 10)"
    }

    /// The power of ten, a multiple of three, that moves from the tick labels into the axis label.
    static func sharedExponent(of largest: Double) -> Int {
        guard largest > 0 else { return 0 }
        let exponent = PowerOfTen.exponent(of: largest)
        return (-4...4).contains(exponent) ? 0 : Int((Double(exponent) / 3).rounded(.down)) * 3
    }

    /// A tick label of a linear axis, with the decimals that its step needs.
    static func tick(_ value: Double, step: Double, exponent: Int) -> String {
        let unit = PowerOfTen.value(exponent)
        let scaled = value / unit
        let text = fixed(scaled, decimals: max(0, -PowerOfTen.exponent(of: step / unit * (1 + 1e-9))))
        return scaled == 0 ? text.replacing("−", with: "") : text
    }

    /// A tick label of a logarithmic axis: 1, 2 or 5 times a power of ten.
    static func power(_ value: Double) -> String {
        let exponent = PowerOfTen.exponent(of: value)
        let mantissa = Int((value / PowerOfTen.value(exponent)).rounded())
        if (-4...4).contains(exponent) { return fixed(value, decimals: max(0, -exponent)) }
        return (mantissa == 1 ? "10" : "\(mantissa)×10") + superscript(exponent)
    }

    static func superscript(_ exponent: Int) -> String {
        let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
        let text = String(abs(exponent)).compactMap(\.wholeNumberValue).map { String(digits[$0]) }.joined()
        return (exponent < 0 ? "⁻" : "") + text
    }
}
