extension ChartAxis {
    /// Longer names are cut, and of more names some stay without a label: their neighbours need room too.
    private static let longestName = 14
    private static let labelLimit = 8

    /// An axis with a place for each name: 0, 1, 2 and so on. At least one name is needed.
    public init(label: String, names: [String]) {
        let step = (names.count + Self.labelLimit - 1) / Self.labelLimit
        let ticks = names.enumerated().filter { $0.offset.isMultiple(of: step) }.map { place, name in
            let isLong = name.count > Self.longestName
            return Tick(value: Double(place), label: isLong ? name.prefix(Self.longestName - 1) + "…" : name)
        }
        self.init(label: label, lower: -0.5, upper: Double(names.count) - 0.5, ticks: ticks)
    }

    private init(label: String, lower: Double, upper: Double, ticks: [Tick]) {
        (self.label, scale, self.lower, self.upper, self.ticks) = (label, .linear, lower, upper, ticks)
    }
}
