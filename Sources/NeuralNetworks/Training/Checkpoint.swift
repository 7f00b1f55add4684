import BinaryCoding

/// The state of a training run between two steps. Resuming from it gives the same bits as an uninterrupted run.
public struct Checkpoint: Sendable, Equatable {
    /// Version 2 added the trailing digest.
    public static let format = FileFormat(magic: "NOMCKPNT", version: 2)

    /// One optimiser step in the training curve.
    public struct Point: Sendable, Equatable {
        public var step: Int
        public var loss: BatchLoss
        public var learningRate: Float

        public init(step: Int, loss: BatchLoss, learningRate: Float) {
            (self.step, self.loss, self.learningRate) = (step, loss, learningRate)
        }
    }

    public var state: OptimizerState
    /// The objective at every step so far.
    public var history: [Point]

    public init(state: OptimizerState, history: [Point] = []) {
        (self.state, self.history) = (state, history)
    }

    public var bytes: [UInt8] {
        var writer = ByteWriter(Checkpoint.format)
        writer.write(state.stepCount)
        writer.write(block: state.parameters)
        writer.write(block: state.firstMoment)
        writer.write(block: state.secondMoment)
        writer.write(block: state.average ?? [])
        writer.write(history.count)
        for point in history {
            writer.write(point.step)
            writer.write(point.loss.total)
            writer.write(point.loss.outside)
            writer.write(point.loss.inside)
            writer.write(point.learningRate)
        }
        return writer.bytes
    }

    public init(bytes: [UInt8], name: String) throws(FormatError) {
        var reader = try ByteReader(bytes, Checkpoint.format, name: name)
        let stepCount = try reader.readInt("the step", in: 0...Int(Int32.max))
        let parameters = try reader.readBlock(of: Float.self)
        let firstMoment = try reader.readBlock(of: Float.self)
        let secondMoment = try reader.readBlock(of: Float.self)
        let average = try reader.readBlock(of: Float.self)
        guard firstMoment.count == parameters.count, secondMoment.count == parameters.count,
            average.isEmpty || average.count == parameters.count
        else { throw .damaged(name, what: "moments of another size than the parameters") }
        state = OptimizerState(
            stepCount: stepCount, parameters: parameters, firstMoment: firstMoment, secondMoment: secondMoment,
            average: average.isEmpty ? nil : average)
        let count = try reader.readInt("the length of the history", in: 0...Int(Int32.max))
        history = []
        for _ in 0..<count {
            let step = try reader.readInt()
            let loss = BatchLoss(
                total: try reader.readDouble(), outside: try reader.readDouble(), inside: try reader.readDouble())
            history.append(Point(step: step, loss: loss, learningRate: try reader.readFloat()))
        }
        try reader.finish()
    }
}
