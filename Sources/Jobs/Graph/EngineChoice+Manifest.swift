import Manifests
import NeuralNetworks
import Stages
import Tensors

extension EngineChoice {
    /// The engine `auto` is oneDNN where that has fast kernels for training. The precision `auto` is bfloat16 where a
    /// matrix unit makes it faster: without one, float32 is as fast.
    ///
    /// - Parameter instructions: those that oneDNN uses.
    /// - Throws: `EngineError` if this processor does not support the engine or its precision.
    package init(_ section: EngineSection, _ instructions: InstructionSet = OneDNN.instructions) throws {
        let isFast = instructions.hasGradientKernels
        if section.name == .onednn, !isFast {
            throw EngineError.noGradientKernels(instructionSet: instructions.name)
        }
        let kind: NetworkEngine.Kind = section.name == .openblas || !isFast ? .openblas : .onednn
        switch section.precision {
        case .float32: self.init(kind: kind, precision: .float32)
        case .auto:
            self.init(kind: kind, precision: kind == .onednn && instructions.hasMatrixUnit ? .bfloat16 : .float32)
        case .bfloat16:
            guard section.name != .openblas else {
                throw EngineError.unsupportedPrecision(engine: kind.rawValue, precision: .bfloat16)
            }
            guard instructions.hasBFloat16 else { throw EngineError.noBFloat16(instructionSet: instructions.name) }
            self.init(kind: kind, precision: .bfloat16)
        }
    }

    /// The engine for scoring: float32 unless the manifest sets bfloat16, because scores are small differences.
    package static func scoring(_ section: EngineSection) throws -> EngineChoice {
        let choice = try EngineChoice(section)
        return section.precision == .auto ? EngineChoice(kind: choice.kind, precision: .float32) : choice
    }
}
