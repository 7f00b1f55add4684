/// Measures the speed of the metrics on one core, with synthetic maps.
public struct MetricsBenchmark: Sendable {
    public struct Result: Codable, Sendable {
        public var maps, size: Int
        /// Medians over the rounds, without the time to generate the maps.
        public var rows: [Row]
        /// Peak memory of the process, if the caller measures it.
        public var peakMiB: Int?
        /// Size of the temporary file; 0 if all pixels were ranked in memory.
        public var temporaryMiB: Int
    }

    public struct Row: Codable, Sendable {
        public var name: String
        public var seconds: Double
    }

    public var maps, size, rounds, memoryLimitBytes: Int

    public init(maps: Int = 100, size: Int = 256, rounds: Int = 5, memoryLimitBytes: Int = 1 << 30) {
        (self.maps, self.size, self.rounds, self.memoryLimitBytes) = (maps, size, rounds, memoryLimitBytes)
    }

    /// - Throws: `MetricsError`.
    public func run() throws -> Result {
        var options = PixelMetricsOptions()
        options.memoryLimitBytes = memoryLimitBytes
        try options.validate()
        var times = StageTimes()
        var temporaryMiB = 0
        for _ in 0..<rounds {
            var ranking = PixelRanking(options: options, expectedPixels: maps * size * size)
            let ranked = "ranking of all pixels, for what follows"
            for number in 0..<maps {
                let map = map(number)
                try times.measure(ranked) { try ranking.add(map) }
            }
            let pixels = try times.measure(ranked) { try ranking.ranked() }
            let curves = try times.measure("pixel AUROC, AP, F1-max and AU-PRO, in one walk") {
                try PixelCurves(pixels, options: options)
            }
            _ = try times.measure("intervals of pixel AUROC and AU-PRO") {
                try PixelProfile(pixels).intervals(auroc: curves.tally.auroc, aupro: curves.aupro)
            }
            _ = try times.measure("AUPIMO") {
                if case .success(let aupimo) = try AUPIMO.evaluate(pixels, options: options) {
                    _ = try aupimo.scores(pixels)
                }
            }
            temporaryMiB = pixels.entries.runCount > 1 ? (pixels.entries.count * 8) >> 20 : 0
            times.endRound()
        }
        let pixelTimes = times.medians
        times = StageTimes()
        let scores = (0..<maps).map { Float(Self.mixed(UInt64($0)) >> 40) }
        let labels = (0..<maps).map { $0 % 2 == 1 }
        for _ in 0..<rounds {
            _ = try times.measure("image AUROC") { try RankMetrics.auroc(scores: scores, labels: labels) }
            _ = try times.measure("image AP") { try RankMetrics.averagePrecision(scores: scores, labels: labels) }
            _ = try times.measure("image F1-max") { try RankMetrics.f1Max(scores: scores, labels: labels) }
            times.endRound()
        }
        let total = Row(name: "all pixel metrics", seconds: pixelTimes.reduce(0) { $0 + $1.seconds })
        return Result(
            maps: maps, size: size, rows: pixelTimes + [total] + times.medians, temporaryMiB: temporaryMiB)
    }

    /// Seconds per measured stage, in the order of first measurement.
    private struct StageTimes {
        private var names: [String] = []
        private var rounds: [[String: Double]] = []
        private var round: [String: Double] = [:]
        private let clock = ContinuousClock()

        mutating func measure<Value>(_ name: String, _ body: () throws -> Value) rethrows -> Value {
            let start = clock.now
            let value = try body()
            if !names.contains(name) { names.append(name) }
            round[name, default: 0] += (clock.now - start) / .seconds(1)
            return value
        }

        mutating func endRound() {
            rounds.append(round)
            round = [:]
        }

        var medians: [Row] {
            names.map { name in
                let sorted = rounds.compactMap { $0[name] }.sorted()
                return Row(name: name, seconds: sorted[sorted.count / 2])
            }
        }
    }

    /// Every second map has a bright square that is labelled in its mask.
    private func map(_ number: Int) -> LabelledMap {
        let isAnomalous = number % 2 == 1
        let square = size / 4..<size / 2
        var mask = [UInt8](repeating: 0, count: isAnomalous ? size * size : 0)
        var values = [Float](repeating: 0, count: size * size)
        for y in 0..<size {
            for x in 0..<size {
                let pixel = y * size + x
                let draw = Float(Self.mixed(UInt64(number * size * size + pixel)) >> 40) * 0x1p-24
                values[pixel] = draw * draw
                guard isAnomalous, square.contains(x), square.contains(y) else { continue }
                mask[pixel] = 1
                values[pixel] += 0.5 * draw
            }
        }
        return LabelledMap(
            name: "map \(number)", width: size, height: size, values: values, mask: isAnomalous ? mask : nil,
            isAnomalous: isAnomalous)
    }

    /// The finalizer of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
    private static func mixed(_ number: UInt64) -> UInt64 {
        var z = (number + 1) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
