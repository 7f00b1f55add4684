import AnomalyDetection
import ContentStore
import Foundation
import NeuralNetworks
import Pipeline
import Synchronization
import Tensors

/// The engine and precision of a job after `auto` is resolved, with everything else that affects its results. The
/// processor's instruction set is omitted, so that machines can share a store.
package struct EngineChoice: Codable, Sendable, Equatable {
    package let kind: NetworkEngine.Kind
    package let precision: Precision
    /// The library and its version.
    package let library: String
    /// The environment variables that change the library's results.
    package let environment: [String: String]

    private enum CodingKeys: String, CodingKey {
        case kind = "name"
        case precision, library, environment
    }

    /// The choice for an engine of this process.
    package init(kind: NetworkEngine.Kind, precision: Precision) {
        (self.kind, self.precision) = (kind, precision)
        switch kind {
        case .onednn:
            library = "oneDNN \(OneDNN.version)"
            let variables = ProcessInfo.processInfo.environment
            environment = variables.filter { EngineChoice.variables.contains($0.key) }
        case .openblas:
            library = "OpenBLAS \(OpenBLAS.version)"
            let core = OpenBLAS.wantedCore
            environment = core.isEmpty ? [:] : ["OPENBLAS_CORETYPE": core]
        }
    }

    /// Checks that this process computes the same as the one that chose the engine.
    ///
    /// - Throws: `AttemptFailure` of the class `refused`.
    func requireHere() throws {
        let here = EngineChoice(kind: kind, precision: precision)
        guard here != self else { return }
        throw AttemptFailure(
            .refused,
            "The run was begun with \(words), but here it is \(here.words): install the same library and set the same "
                + "variables on all machines.")
    }

    private var words: String {
        ([library] + environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }).joined(separator: ", ")
    }

    /// The choice as names and values, for cards.
    package var texts: [String: String] {
        var texts = ["engine": kind.rawValue, "precision": precision.rawValue, "library": library]
        for (name, value) in environment { texts["environment.\(name)"] = value }
        return texts
    }

    /// The environment variables that change how oneDNN computes.
    private static let variables = ["DNNL", "ONEDNN"].flatMap { prefix in
        ["MAX_CPU_ISA", "CPU_ISA_HINTS", "DEFAULT_FPMATH_MODE"].map { "\(prefix)_\($0)" }
    }
}

/// Caches the engine of the last task for the next one with the same specification. Compiling the kernels for a size
/// takes most of a second, and training is a chain of tasks with one engine.
final class EngineCache: SharedResource {
    /// The specification of an engine.
    struct Order: Sendable, Equatable {
        var choice: EngineChoice
        var architecture: NetworkArchitecture
        var baseWidth, width, height: Int
        var isTraining: Bool
        var threads: Int

        static func training(
            _ choice: EngineChoice, _ network: NetworkSettings, _ grid: TileGrid, threads: Int
        ) -> Order {
            Order(
                choice: choice, architecture: network.architecture, baseWidth: network.baseWidth,
                width: grid.tileWidth, height: grid.tileHeight, isTraining: true, threads: threads)
        }

        /// The specification for scoring with a trained network.
        static func scoring(
            _ choice: EngineChoice, _ network: NetworkSettings, _ grid: TileGrid, threads: Int
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

    private let last = Mutex<Kept?>(nil)

    init() {}

    /// Calls `body` with the cached engine or a new one. No other task uses it meanwhile.
    func withEngine<Result>(_ order: Order, _ body: (NetworkEngine) throws -> Result) throws -> Result {
        try order.choice.requireHere()
        let kept = last.withLock { last -> Kept? in
            defer { last = nil }
            return last
        }
        let engine =
            if let kept, kept.order == order { kept.engine } else { try EngineCache.make(order) }
        defer {
            let back = Kept(order: order, engine: engine)
            last.withLock { $0 = back }
        }
        return try body(engine)
    }

    private static func make(_ order: Order) throws -> NetworkEngine {
        try NetworkEngine(
            order.choice.kind, network: order.architecture.description(baseWidth: order.baseWidth),
            height: order.height, width: order.width, purpose: order.isTraining ? .training : .inference,
            precision: order.choice.precision, threads: order.threads)
    }
}
