import AnomalyDetection
import ContentStore
import Foundation
import Manifests
import NeuralNetworks
import Pipeline
import Synchronization
import Tensors

/// The engine and precision that a job runs with, after `auto` was decided, with all else that decides its numbers. The
/// processor's instruction set is not among it, so that machines can share a store.
struct EngineChoice: Codable, Sendable, Equatable {
    let kind: NetworkEngine.Kind
    let precision: Precision
    /// The library with its version.
    let library: String
    /// Environment variables by which a user makes the library compute otherwise.
    let environment: [String: String]

    private enum CodingKeys: String, CodingKey {
        case kind = "name"
        case precision, library, environment
    }

    /// - Throws: `EngineError` where this processor cannot do what the manifest demands.
    init(_ section: EngineSection) throws {
        let kind: NetworkEngine.Kind = section.name == .openblas ? .openblas : .onednn
        switch section.precision {
        case .float32: self.init(kind: kind, precision: .float32)
        case .auto: self.init(kind: kind, precision: kind == .onednn && OneDNN.hasBFloat16 ? .bfloat16 : .float32)
        case .bfloat16:
            guard kind == .onednn else {
                throw EngineError.unsupportedPrecision(engine: kind.rawValue, precision: .bfloat16)
            }
            guard OneDNN.hasBFloat16 else { throw EngineError.noBFloat16(instructionSet: OneDNN.instructionSet) }
            self.init(kind: kind, precision: .bfloat16)
        }
    }

    /// An engine of this process.
    init(kind: NetworkEngine.Kind, precision: Precision) {
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

    /// The engine for scoring: float32 unless the manifest names bfloat16. Scores are made of small differences, and training in
    /// bfloat16 keeps its weights in float32.
    static func scoring(_ section: EngineSection) throws -> EngineChoice {
        let choice = try EngineChoice(section)
        return section.precision == .auto ? EngineChoice(kind: choice.kind, precision: .float32) : choice
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
    var texts: [String: String] {
        var texts = ["engine": kind.rawValue, "precision": precision.rawValue, "library": library]
        for (name, value) in environment { texts["environment.\(name)"] = value }
        return texts
    }

    /// By which oneDNN can be told to compute otherwise.
    private static let variables = ["DNNL", "ONEDNN"].flatMap { prefix in
        ["MAX_CPU_ISA", "CPU_ISA_HINTS", "DEFAULT_FPMATH_MODE"].map { "\(prefix)_\($0)" }
    }
}

/// Keeps the engine of the last task for the next one that needs the same: compiling the kernels for a size takes a good part
/// of a second, and a training run is a chain of tasks with one engine.
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
