/// The training loss over optimiser steps.
public struct TrainingCurve: Sendable, Equatable {
    /// The loss after one optimiser step.
    public struct Point: Sendable, Equatable {
        public var step: Int
        /// The weighted sum of both terms, in squared units of the normalised pixel value.
        public var loss: Double
        /// Mean squared error outside the corruption mask; `nil` where the batch had none.
        public var lossClean: Double?
        /// Mean squared error inside the corruption mask; `nil` where the batch had none.
        public var lossMasked: Double?
        public var learningRate: Double

        public init(step: Int, loss: Double, lossClean: Double?, lossMasked: Double?, learningRate: Double) {
            self.step = step
            self.loss = loss
            self.lossClean = lossClean
            self.lossMasked = lossMasked
            self.learningRate = learningRate
        }
    }

    /// Ascending by step. Empty when nothing was trained.
    public var points: [Point]

    public init(points: [Point] = []) {
        self.points = points
    }
}
