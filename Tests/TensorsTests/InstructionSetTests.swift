import Foundation
import Testing

@testable import Tensors

@Suite("Instruction sets") struct InstructionSetTests {
    struct Known: Sendable, CustomTestStringConvertible {
        var name: String
        var bits: Int32
        var block = 8
        var hasBFloat16 = false
        var hasGradientKernels = true
        /// The level of x86-64 that the set includes.
        var level = 3
        var testDescription: String { name }
    }

    /// All values of `dnnl_cpu_isa_t`, in the order of oneDNN's header. The deprecated sets of Xeon Phi lack AVX-512
    /// BW.
    private static let known = [
        Known(name: "sse41", bits: 0x1, hasGradientKernels: false, level: 1),
        Known(name: "avx", bits: 0x3, hasGradientKernels: false, level: 1),
        Known(name: "avx2", bits: 0x7), Known(name: "avx512_mic", bits: 0xf),
        Known(name: "avx512_mic_4ops", bits: 0x1f), Known(name: "avx512_core", bits: 0x27, block: 16, level: 4),
        Known(name: "avx512_core_vnni", bits: 0x67, block: 16, level: 4),
        Known(name: "avx512_core_bf16", bits: 0xe7, block: 16, hasBFloat16: true, level: 4),
        Known(name: "avx512_core_amx", bits: 0x3e7, block: 16, hasBFloat16: true, level: 4),
        Known(name: "avx2_vnni", bits: 0x407),
    ]

    @Test(
        "Layout, bfloat16, kernels for gradients and name follow from the bits of an instruction set", arguments: known)
    func table(known: Known) {
        let instructions = InstructionSet(rawValue: known.bits)
        #expect(instructions.blockSize == known.block)
        #expect(instructions.hasBFloat16 == known.hasBFloat16)
        #expect(instructions.hasGradientKernels == known.hasGradientKernels)
        #expect(instructions.name == known.name)
    }

    @Test("Unknown bits of later libraries have no effect")
    func unknownBits() {
        for known in Self.known {
            let instructions = InstructionSet(rawValue: known.bits | 0x1000)
            #expect(instructions.blockSize == known.block && instructions.hasBFloat16 == known.hasBFloat16)
            #expect(instructions.hasGradientKernels == known.hasGradientKernels)
            #expect(instructions.name == "0x" + String(known.bits | 0x1000, radix: 16))
        }
        #expect(InstructionSet(rawValue: 0).blockSize == 8 && !InstructionSet(rawValue: 0).hasBFloat16)
        #expect(!InstructionSet(rawValue: 0).hasGradientKernels)
    }

    /// The limit from the environment, by its name in oneDNN's variable.
    private static let cap = known.first {
        $0.name.uppercased() == ProcessInfo.processInfo.environment["ONEDNN_MAX_CPU_ISA"]
    }

    @Test(
        "The limit from the environment applies to layouts and kernels",
        .enabled(if: cap != nil, "optional: no limit is set; `make test-engine` sets one"))
    func capped() throws {
        let cap = try #require(Self.cap)
        let instructions = OneDNN.instructions
        #expect(instructions.isSubset(of: InstructionSet(rawValue: cap.bits)), "\(instructions.name) above \(cap.name)")
        if Self.processorHas(cap.name) { #expect(instructions.name == cap.name) }
        #expect(FloatKernels.instructionLevel <= cap.level)
        if Self.processorHas(cap.name) { #expect(FloatKernels.instructionLevel == cap.level) }
        #expect(OneDNN.blockSize == instructions.blockSize && OneDNN.blockSize <= cap.block)
        #expect(!OneDNN.hasBFloat16 || cap.hasBFloat16)
        let convolution = try OneDNNConvolution(
            OneDNNLibrary(streamCount: 1), .forward,
            OneDNNConvolution.Shape(
                inputChannels: 16, outputChannels: 16, inputHeight: 16, inputWidth: 16, kernelSize: 3, stride: 1,
                dilation: 1, padding: 1))
        #expect(!convolution.isReference, "\(convolution.kernelName)")
        #expect(cap.block == 16 || !convolution.kernelName.contains("avx512"), "\(convolution.kernelName)")
    }

    /// True if the processor has an instruction set according to Linux.
    private static func processorHas(_ name: String) -> Bool {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let flags = Set((text.split(separator: "\n").first { $0.hasPrefix("flags") } ?? "").split(separator: " "))
        let wanted: [Substring] =
            switch name {
            case "sse41": ["sse4_1"]
            case "avx": ["avx"]
            case "avx2": ["avx2"]
            case "avx2_vnni": ["avx2", "avx_vnni"]
            case "avx512_core": ["avx512f", "avx512bw", "avx512vl", "avx512dq"]
            default: ["unknown"]
            }
        return flags.isSuperset(of: wanted)
    }
}
