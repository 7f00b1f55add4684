import Glibc
import Tensors

/// Adam (Kingma and Ba, 2015) on a network's float32 parameters, with an optional exponential moving average of them.
///
/// Parameters, moments and average are in the order of the network's description, so checkpoints do not depend on the
/// engine.
public final class AdamOptimizer {
    public static let (beta1, beta2, epsilon): (Float, Float, Float) = (0.9, 0.999, 1e-8)

    private let parameters: AlignedBuffer<Float>
    private let firstMoment: AlignedBuffer<Float>
    private let secondMoment: AlignedBuffer<Float>
    private let average: AlignedBuffer<Float>?
    /// The share of the average that a step keeps; 0 disables averaging.
    public let averageDecay: Float
    public private(set) var stepCount: Int
    /// The maximum norm of the gradient; longer gradients are scaled down to it. 0 disables the limit. Without it, one
    /// unusual batch can undo hundreds of steps.
    public let gradientNorm: Float
    private let pieceCount = 1 << 14
    private let squares: AlignedBuffer<Double>
    private var current: (step: FloatKernels.AdamStep, gradient: AlignedBuffer<Float>)?

    /// Starts from a state; see `OptimizerState(parameters:)` for the first.
    public init(_ state: OptimizerState, averageDecay: Float = 0, gradientNorm: Float = 0) {
        let counts = [
            state.firstMoment.count, state.secondMoment.count, state.average?.count ?? state.parameters.count,
        ]
        guard counts.allSatisfy({ $0 == state.parameters.count }) else {
            fatalError("moments or an average of \(counts) values for \(state.parameters.count) parameters")
        }
        self.gradientNorm = gradientNorm
        squares = AlignedBuffer(count: (state.parameters.count + pieceCount - 1) / pieceCount)
        parameters = AlignedBuffer(state.parameters)
        firstMoment = AlignedBuffer(state.firstMoment)
        secondMoment = AlignedBuffer(state.secondMoment)
        average = averageDecay > 0 ? AlignedBuffer(state.average ?? state.parameters) : nil
        self.averageDecay = averageDecay
        stepCount = state.stepCount
    }

    public var state: OptimizerState {
        OptimizerState(
            stepCount: stepCount, parameters: parameters.values, firstMoment: firstMoment.values,
            secondMoment: secondMoment.values, average: average?.values)
    }

    /// Copies the current parameters to the engine. Call it once before the first step.
    ///
    /// - Throws: `EngineError.parameterCount`.
    public func load(into engine: NetworkEngine) throws(EngineError) {
        guard engine.network.parameterCount == parameters.count else {
            throw .parameterCount(found: parameters.count, expected: engine.network.parameterCount)
        }
        engine.load(parameters)
    }

    /// Takes one step along the gradient of a batch and copies the new parameters to the engine.
    ///
    /// - Throws: `EngineError.diverged` before anything has changed: a single NaN would spread to all parameters and
    ///   moments irreversibly.
    public func step(
        _ engine: NetworkEngine, _ batch: TrainingBatch, lambda: Float, learningRate: Float
    ) throws(EngineError) -> BatchLoss {
        guard engine.gradientBuffer.count == parameters.count else {
            throw .parameterCount(found: parameters.count, expected: engine.gradientBuffer.count)
        }
        let loss = engine.computeGradient(batch, lambda: lambda)
        stepCount += 1
        var step = FloatKernels.AdamStep(
            learningRate: learningRate, beta1: AdamOptimizer.beta1, beta2: AdamOptimizer.beta2,
            epsilon: AdamOptimizer.epsilon, correction1: 1 - powf(AdamOptimizer.beta1, Float(stepCount)),
            correction2: 1 - powf(AdamOptimizer.beta2, Float(stepCount)),
            // At step t the average keeps at most (1 + t) / (10 + t), so that it follows quickly at first.
            averageDecay: min(averageDecay, Float(1 + stepCount) / Float(10 + stepCount)))
        current = (step, engine.gradientBuffer)
        engine.workerPool.run(squares.count, squaresPiece)
        var total = 0.0
        for piece in 0..<squares.count { total += squares.pointer[piece] }
        if !loss.total.isFinite || !total.isFinite {
            let layer = engine.divergedLayer
            // Squares overflow before the values do.
            if !loss.total.isFinite || layer != nil {
                current = nil
                stepCount -= 1
                throw .diverged(step: stepCount + 1, loss: loss.total, layer: layer)
            }
        }
        if gradientNorm > 0 {
            step.gradientScale = min(1, gradientNorm / Float(total.squareRoot()))
            current = (step, engine.gradientBuffer)
        }
        engine.workerPool.run(squares.count, updatePiece)
        current = nil
        engine.load(parameters)
        return loss
    }

    private lazy var squaresPiece: WorkerPool.Piece = { [unowned self] index, _ in
        guard let (_, gradient) = current else { return }
        let start = index * pieceCount
        squares.pointer[index] = FloatKernels.sumOfSquares(
            gradient.pointer + start, count: min(pieceCount, parameters.count - start))
    }

    /// Updates one piece of the parameters. Stored, so that a step allocates no closure.
    private lazy var updatePiece: WorkerPool.Piece = { [unowned self] index, _ in
        guard let (step, gradient) = current else { return }
        let start = index * pieceCount
        FloatKernels.adam(
            parameters: parameters.pointer + start, gradient: gradient.pointer + start,
            firstMoment: firstMoment.pointer + start, secondMoment: secondMoment.pointer + start,
            average: average.map { $0.pointer + start }, count: min(pieceCount, parameters.count - start), step: step)
    }
}

/// The complete state of the optimiser between two steps.
public struct OptimizerState: Sendable, Equatable {
    public var stepCount: Int
    public var parameters: [Float]
    public var firstMoment: [Float]
    public var secondMoment: [Float]
    public var average: [Float]?

    public init(
        stepCount: Int, parameters: [Float], firstMoment: [Float], secondMoment: [Float], average: [Float]?
    ) {
        (self.stepCount, self.parameters) = (stepCount, parameters)
        (self.firstMoment, self.secondMoment, self.average) = (firstMoment, secondMoment, average)
    }

    /// The state before the first step.
    public init(parameters: [Float]) {
        let zeros = [Float](repeating: 0, count: parameters.count)
        self.init(stepCount: 0, parameters: parameters, firstMoment: zeros, secondMoment: zeros, average: nil)
    }

    /// The parameters for scoring: the average if there is one.
    public var modelParameters: [Float] { average ?? parameters }
}

/// Linear warm-up to the peak, then half a cosine down to the final rate at the last step.
public struct LearningRateSchedule: Sendable, Equatable {
    public var peak, final: Float
    public var warmupSteps, totalSteps: Int

    public init(peak: Float, final: Float, warmupSteps: Int, totalSteps: Int) {
        (self.peak, self.final) = (peak, final)
        (self.warmupSteps, self.totalSteps) = (warmupSteps, totalSteps)
    }

    /// Returns the rate of a step, counted from 0.
    public func rate(atStep step: Int) -> Float {
        if step < warmupSteps { return peak * Float(step + 1) / Float(warmupSteps) }
        let decaySteps = max(1, totalSteps - 1 - warmupSteps)
        let progress = min(1, Float(step - warmupSteps) / Float(decaySteps))
        return final + (peak - final) * 0.5 * (1 + cosf(.pi * progress))
    }
}
