import Glibc

/// Linear warm-up to the peak, then half a cosine down to the final rate at the last step.
public struct LearningRateSchedule: Sendable, Equatable {
    public var peak, final: Float
    public var warmupSteps, totalSteps: Int

    public init(peak: Float, final: Float, warmupSteps: Int, totalSteps: Int) {
        (self.peak, self.final) = (peak, final)
        (self.warmupSteps, self.totalSteps) = (warmupSteps, totalSteps)
    }

    /// The rate of step 0, 1, ...
    public func rate(atStep step: Int) -> Float {
        if step < warmupSteps { return peak * Float(step + 1) / Float(warmupSteps) }
        let decaySteps = max(1, totalSteps - 1 - warmupSteps)
        let progress = min(1, Float(step - warmupSteps) / Float(decaySteps))
        return final + (peak - final) * 0.5 * (1 + cosf(.pi * progress))
    }
}
