/// What `PixelMetrics.evaluate` computes.
public struct PixelMetricsOptions: Equatable, Sendable {
    /// At which thresholds AUPIMO is evaluated.
    public enum AUPIMOThresholds: Equatable, Sendable {
        /// At every distinct score of the normal images, interpolated linearly in ln(FPR) at the two bounds.
        case exact
        /// At `count` equal steps from the lowest to the highest normal score, between the steps whose rates come
        /// nearest to the bounds, as the authors' implementation does (there 300,000). For comparison.
        case linear(count: Int)
    }

    /// False-positive rates up to which AU-PRO is integrated, in (0, 1].
    public var auproLimits: [Double]
    /// False-positive rates between which AUPIMO is integrated, above 0 and at most 1.
    public var aupimoBounds: ClosedRange<Double>
    public var aupimoThresholds: AUPIMOThresholds
    /// Most points in each curve, at least 3.
    public var curvePointLimit: Int
    /// Memory for the ranking of all pixels, at least 2^20; beyond it a temporary file is used. It changes no result.
    public var memoryLimitBytes: Int
    /// The folder of that file. Default: $TMPDIR, else `/tmp`.
    public var scratchFolder: String

    public init(
        auproLimits: [Double] = [0.05, 0.3, 1], aupimoBounds: ClosedRange<Double> = 1e-5...1e-4,
        aupimoThresholds: AUPIMOThresholds = .exact, curvePointLimit: Int = 400, memoryLimitBytes: Int = 1 << 30,
        scratchFolder: String? = nil
    ) {
        self.auproLimits = auproLimits
        self.aupimoBounds = aupimoBounds
        self.aupimoThresholds = aupimoThresholds
        self.curvePointLimit = curvePointLimit
        self.memoryLimitBytes = memoryLimitBytes
        self.scratchFolder = scratchFolder ?? ScratchFile.defaultFolder
    }

    func validate() throws(MetricsError) {
        for limit in auproLimits where !(limit > 0 && limit <= 1) {
            throw .invalidOption(name: "auproLimits", value: "\(limit)", expected: "a rate above 0 and at most 1")
        }
        let (lower, upper) = (aupimoBounds.lowerBound, aupimoBounds.upperBound)
        guard lower > 0, lower < upper, upper <= 1 else {
            throw .invalidOption(
                name: "aupimoBounds", value: "\(lower)...\(upper)", expected: "two different rates above 0, at most 1")
        }
        if case .linear(let count) = aupimoThresholds, !(2...10_000_000).contains(count) {
            throw .invalidOption(name: "aupimoThresholds", value: "\(count)", expected: "2 to 10000000 thresholds")
        }
        guard curvePointLimit >= 3 else {
            throw .invalidOption(name: "curvePointLimit", value: "\(curvePointLimit)", expected: "at least 3 points")
        }
        guard memoryLimitBytes >= 1 << 20 else {
            throw .invalidOption(name: "memoryLimitBytes", value: "\(memoryLimitBytes)", expected: "at least 2^20")
        }
    }
}
