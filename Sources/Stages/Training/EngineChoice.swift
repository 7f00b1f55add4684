import AnomalyDetection
import ContentStore
import Foundation
import NeuralNetworks
import Pipeline
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
    /// The library of matrix products and its kernels, for detectors on features; nil if they are those of the
    /// engine.
    package let matrices: String?

    private enum CodingKeys: String, CodingKey {
        case kind = "name"
        case precision, library, environment, matrices
    }

    /// The choice for an engine of this process.
    ///
    /// - Parameter usesMatrices: true for detectors on features, which multiply matrices with OpenBLAS.
    package init(kind: NetworkEngine.Kind, precision: Precision, usesMatrices: Bool = false) {
        (self.kind, self.precision) = (kind, precision)
        matrices = usesMatrices ? "OpenBLAS \(OpenBLAS.version) \(OpenBLAS.wantedCore)" : nil
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

    /// The choice for a detector of a kind. Features are computed in float32.
    package func with(detector kind: String) -> EngineChoice {
        [AutoencoderKind.name, SegmentationKind.name, ExternalKind.name, MapsKind.name].contains(kind)
            ? self : EngineChoice(kind: self.kind, precision: .float32, usesMatrices: true)
    }

    /// Checks that this process computes the same as the one that chose the engine.
    ///
    /// - Throws: `AttemptFailure` of the class `refused`.
    func requireHere() throws {
        let here = EngineChoice(kind: kind, precision: precision, usesMatrices: matrices != nil)
        guard here != self else { return }
        throw AttemptFailure(
            .refused,
            "The run was begun with \(words), but here it is \(here.words): install the same library and set the same "
                + "variables on all machines.")
    }

    private var words: String {
        ([library] + [matrices].compactMap(\.self)
            + environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }).joined(separator: ", ")
    }

    /// The choice as names and values, for cards.
    package var texts: [String: String] {
        var texts = ["engine": kind.rawValue, "precision": precision.rawValue, "library": library]
        for (name, value) in environment { texts["environment.\(name)"] = value }
        if let matrices { texts["matrices"] = matrices }
        return texts
    }

    /// The environment variables that change how oneDNN computes.
    private static let variables = ["DNNL", "ONEDNN"].flatMap { prefix in
        ["MAX_CPU_ISA", "CPU_ISA_HINTS", "DEFAULT_FPMATH_MODE"].map { "\(prefix)_\($0)" }
    }
}
