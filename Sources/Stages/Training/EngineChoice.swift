import AnomalyDetection
import ContentStore
import Foundation
import NeuralNetworks
import Pipeline
import Synchronization
import Tensors

/// The engine and precision that a job runs with, after `auto` was decided, with all else that decides its numbers. The
/// processor's instruction set is not among it, so that machines can share a store.
package struct EngineChoice: Codable, Sendable, Equatable {
    package let kind: NetworkEngine.Kind
    package let precision: Precision
    /// The library with its version.
    package let library: String
    /// Environment variables by which a user makes the library compute otherwise.
    package let environment: [String: String]

    private enum CodingKeys: String, CodingKey {
        case kind = "name"
        case precision, library, environment
    }

    /// An engine of this process.
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

    /// Makes sure that this process computes the same as the one that chose the engine.
    ///
    /// - Throws: `AttemptFailure` of the class `refused`.
    fileprivate func requireHere() throws {
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

    /// By which oneDNN can be told to compute otherwise.
    private static let variables = ["DNNL", "ONEDNN"].flatMap { prefix in
        ["MAX_CPU_ISA", "CPU_ISA_HINTS", "DEFAULT_FPMATH_MODE"].map { "\(prefix)_\($0)" }
    }
}

/// Keeps the engine of the last task for the next one that needs the same: compiling the kernels for a size takes a
/// good part of a second, and a training run is a chain of tasks with one engine.
final class EngineCache: SharedResource {
    /// What an engine is made for.
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

        /// For scoring with a network that was just trained.
        static func scoring(
            _ choice: EngineChoice, _ network: NetworkSettings, _ grid: TileGrid, threads: Int
        ) -> Order {
            var order = training(choice, network, grid, threads: threads)
            order.isTraining = false
            return order
        }

        /// For scoring with a model.
        static func scoring(_ model: Model, _ choice: EngineChoice, threads: Int) -> Order {
            Order(
                choice: choice, architecture: model.architecture, baseWidth: model.baseWidth,
                width: model.grid.tileWidth,
                height: model.grid.tileHeight, isTraining: false, threads: threads)
        }
    }

    /// An engine that is in use by one task at a time.
    private struct Kept: @unchecked Sendable {
        var order: Order
        var engine: NetworkEngine
    }

    private let last = Mutex<Kept?>(nil)

    init() {}

    /// Lends an engine for the time of `body`.
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
