import DatasetTestSupport
import Jobs
import Manifests
import NeuralNetworks
import Stages
import Tensors
import Testing

@Suite("Engine by instruction set") struct EngineChoiceTests {
    private static let sse41 = InstructionSet(rawValue: 0x1), avx2 = InstructionSet(rawValue: 0x7)
    private static let avx2VNNI = InstructionSet(rawValue: 0x407), bf16 = InstructionSet(rawValue: 0xe7)
    private static let amx = InstructionSet(rawValue: 0x3e7)

    private func section(_ name: String, _ precision: String) throws -> EngineSection {
        try TinyDataSet().manifest(more: #", "engine": { "name": "\#(name)", "precision": "\#(precision)" }"#).engine
    }

    @Test(
        "auto selects oneDNN from AVX2 on, and bfloat16 where the processor has a matrix unit",
        arguments: [
            (sse41, NetworkEngine.Kind.openblas, Precision.float32), (avx2, .onednn, .float32),
            (avx2VNNI, .onednn, .float32), (bf16, .onednn, .float32), (amx, .onednn, .bfloat16),
        ])
    func automatic(_ instructions: InstructionSet, _ kind: NetworkEngine.Kind, _ precision: Precision) throws {
        let choice = try EngineChoice(section("auto", "auto"), instructions)
        #expect(choice.kind == kind && choice.precision == precision)
        #expect(try EngineChoice(section("openblas", "auto"), instructions).kind == .openblas)
    }

    @Test("An engine or precision that the processor does not support is an error")
    func unsupported() throws {
        #expect(throws: EngineError.noGradientKernels(instructionSet: "sse41")) {
            try EngineChoice(section("onednn", "float32"), Self.sse41)
        }
        for instructions in [Self.sse41, Self.avx2, Self.avx2VNNI] {
            #expect(throws: EngineError.noBFloat16(instructionSet: instructions.name)) {
                try EngineChoice(section("auto", "bfloat16"), instructions)
            }
        }
    }
}
