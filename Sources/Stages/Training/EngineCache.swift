import AnomalyDetection
import ContentStore
import NeuralNetworks
import Pipeline
import Synchronization
import Tensors

/// Caches the engines of the last tasks for the next ones with the same specification. Compiling the kernels for a size
/// takes most of a second, and training is a chain of tasks with one or two engines.
final class EngineCache: SharedResource {
    /// The specification of an engine.
    struct Order: Sendable, Equatable {
        var choice: EngineChoice
        var network: NetworkDescription
        var width, height: Int
        var isTraining: Bool
        var threads: Int

        static func training(
            _ choice: EngineChoice, _ network: NetworkDescription, _ grid: TileGrid, threads: Int
        ) -> Order {
            Order(
                choice: choice, network: network, width: grid.tileWidth, height: grid.tileHeight, isTraining: true,
                threads: threads)
        }

        /// The specification for scoring with a trained network.
        static func scoring(
            _ choice: EngineChoice, _ network: NetworkDescription, _ grid: TileGrid, threads: Int
        ) -> Order {
            var order = training(choice, network, grid, threads: threads)
            order.isTraining = false
            return order
        }
    }

    /// A cached engine, used by one task at a time.
    private struct Kept: @unchecked Sendable {
        var order: Order
        var engine: NetworkEngine
    }

    private struct State {
        /// The engines that no task uses, the last used one at the end.
        var idle: [Kept] = []
        /// The number of engines in use, and the most so far.
        var used = 0, mostUsed = 0
        /// As many engines are kept as tasks have used at once.
        var limit: Int { max(EngineCache.leastLimit, mostUsed) }
    }

    private let state = Mutex(State())
    private static let leastLimit = 2

    init() {}

    /// Calls `body` with the cached engine or a new one. No other task uses it meanwhile.
    func withEngine<Result>(_ order: Order, _ body: (NetworkEngine) throws -> Result) throws -> Result {
        try order.choice.requireHere()
        let known = state.withLock { state -> Kept? in
            state.used += 1
            state.mostUsed = max(state.mostUsed, state.used)
            if let place = state.idle.lastIndex(where: { $0.order == order }) { return state.idle.remove(at: place) }
            // Makes room before memory for another engine is taken.
            if state.idle.count >= state.limit { state.idle.removeFirst() }
            return nil
        }
        defer { state.withLock { $0.used -= 1 } }
        let engine = try known?.engine ?? EngineCache.make(order)
        defer {
            let back = Kept(order: order, engine: engine)
            state.withLock { state in
                state.idle.append(back)
                if state.idle.count > state.limit { state.idle.removeFirst() }
            }
        }
        return try body(engine)
    }

    private static func make(_ order: Order) throws -> NetworkEngine {
        try NetworkEngine(
            order.choice.kind, network: order.network, height: order.height, width: order.width,
            purpose: order.isTraining ? .training : .inference,
            precision: order.choice.precision, threads: order.threads)
    }
}
