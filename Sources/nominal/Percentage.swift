import ArgumentParser

/// A share in percent, such as "5%" or "5".
struct Percentage: ExpressibleByArgument {
    /// 0 to 1.
    let share: Double

    init?(argument: String) {
        let digits = argument.hasSuffix("%") ? String(argument.dropLast()) : argument
        guard let percent = Double(digits), percent >= 0, percent <= 100 else { return nil }
        share = percent / 100
    }
}
