import AnomalyDetection
import ContentStore
import Foundation
import Manifests
import NeuralNetworks
import Synchronization
import Tensors

/// The engine and precision that a job runs with, after `auto` was decided. Both are parts of the keys of what they compute.
struct EngineChoice: Sendable, Equatable {
    var kind: NetworkEngine.Kind
    var precision: Precision

    /// - Throws: `EngineError` where this processor cannot do what the manifest demands.
    init(_ section: EngineSection) throws {
        kind = section.name == .openblas ? .openblas : .onednn
        switch section.precision {
        case .float32: precision = .float32
        case .auto: precision = kind == .onednn && OneDNN.hasBFloat16 ? .bfloat16 : .float32
        case .bfloat16:
            guard kind == .onednn else {
                throw EngineError.unsupportedPrecision(engine: kind.rawValue, precision: .bfloat16)
            }
            guard OneDNN.hasBFloat16 else { throw EngineError.noBFloat16(instructionSet: OneDNN.instructionSet) }
            precision = .bfloat16
        }
    }

    init(kind: NetworkEngine.Kind, precision: Precision) { (self.kind, self.precision) = (kind, precision) }

    /// For scoring: float32 unless the manifest names bfloat16. Scores are made of small differences, and training in
    /// bfloat16 keeps its weights in float32.
    static func scoring(_ section: EngineSection) throws -> EngineChoice {
        var choice = try EngineChoice(section)
        if section.precision == .auto { choice.precision = .float32 }
        return choice
    }

    /// The engine with its library's version, and what the user's environment makes of its numbers. The processor's own
    /// instruction set is not among them, so that machines can share a store.
    var keyParts: [KeyPart] {
        var parts = [KeyPart("engine", kind.rawValue), KeyPart("precision", precision.rawValue)]
        switch kind {
        case .onednn:
            parts.append(KeyPart("library", "oneDNN \(OneDNN.version)"))
            let environment = ProcessInfo.processInfo.environment
            for name in EngineChoice.variables {
                if let value = environment[name] { parts.append(KeyPart("environment.\(name)", value)) }
            }
        case .openblas:
            parts.append(KeyPart("library", "OpenBLAS \(OpenBLAS.version)"))
            let core = OpenBLAS.wantedCore
            if !core.isEmpty { parts.append(KeyPart("environment.OPENBLAS_CORETYPE", core)) }
        }
        return parts
    }

    /// By which oneDNN can be told to compute otherwise.
    private static let variables = ["DNNL", "ONEDNN"].flatMap { prefix in
        ["MAX_CPU_ISA", "CPU_ISA_HINTS", "DEFAULT_FPMATH_MODE"].map { "\(prefix)_\($0)" }
    }
}

/// Keeps the engine of the last task for the next one that needs the same: compiling the kernels for a size takes a good part
/// of a second, and a training run is a chain of tasks with one engine.
final class EngineShelf: Sendable {
    /// What an engine is made for.
    struct Order: Sendable, Equatable {
        var choice: EngineChoice
        var architecture: NetworkArchitecture
        var baseWidth, width, height: Int
        var isTraining: Bool
        var threads: Int

        /// For training by a recipe.
        static func training(_ recipe: TrainingRecipe, threads: Int) -> Order {
            Order(
                choice: recipe.engine, architecture: recipe.architecture, baseWidth: recipe.baseWidth,
                width: recipe.grid.tileWidth, height: recipe.grid.tileHeight, isTraining: true, threads: threads)
        }

        /// For scoring with what a recipe trained.
        static func scoring(_ recipe: TrainingRecipe, threads: Int) -> Order {
            var order = training(recipe, threads: threads)
            (order.choice, order.isTraining) = (recipe.scoringEngine, false)
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
    private struct Shelved: @unchecked Sendable {
        var order: Order
        var engine: NetworkEngine
    }

    private let shelved = Mutex<Shelved?>(nil)

    /// Lends an engine for the time of `body`.
    func withEngine<Result>(_ order: Order, _ body: (NetworkEngine) throws -> Result) throws -> Result {
        let kept = shelved.withLock { shelved -> Shelved? in
            defer { shelved = nil }
            return shelved
        }
        let engine =
            if let kept, kept.order == order { kept.engine } else { try EngineShelf.make(order) }
        defer {
            let back = Shelved(order: order, engine: engine)
            shelved.withLock { $0 = back }
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
