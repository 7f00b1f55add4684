import Foundation
import Testing

@testable import Tensors

@Suite("Instruction sets") struct InstructionSetTests {
    /// Values of `dnnl_cpu_isa_t`, in the order of oneDNN's documentation.
    private static let known: [(name: String, bits: Int32, block: Int, hasBFloat16: Bool)] = [
        ("sse41", 0x1, 8, false), ("avx", 0x3, 8, false), ("avx2", 0x7, 8, false), ("avx2_vnni", 0x407, 8, false),
        ("avx512_core", 0x27, 16, false), ("avx512_core_vnni", 0x67, 16, false), ("avx512_core_bf16", 0xe7, 16, true),
        ("avx512_core_amx", 0x3e7, 16, true),
    ]

    @Test("Layout, bfloat16 and name follow from the bits of an instruction set", arguments: known)
    func table(name: String, bits: Int32, block: Int, hasBFloat16: Bool) {
        let instructions = InstructionSet(rawValue: bits)
        #expect(instructions.blockSize == block)
        #expect(instructions.hasBFloat16 == hasBFloat16)
        #expect(instructions.name == name)
    }

    @Test("Unknown bits of later libraries have no effect")
    func unknownBits() {
        for (_, bits, block, hasBFloat16) in Self.known {
            let instructions = InstructionSet(rawValue: bits | 0x1000)
            #expect(instructions.blockSize == block && instructions.hasBFloat16 == hasBFloat16)
            #expect(instructions.name == "0x" + String(bits | 0x1000, radix: 16))
        }
        #expect(InstructionSet(rawValue: 0).blockSize == 8 && !InstructionSet(rawValue: 0).hasBFloat16)
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
        #expect(OneDNN.blockSize == instructions.blockSize && OneDNN.blockSize <= cap.block)
        #expect(!OneDNN.hasBFloat16 || cap.hasBFloat16)
        let convolution = try OneDNNConvolution(
            OneDNNLibrary(workerCount: 1), .forward,
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
            case "avx512_core": ["avx512f", "avx512bw", "avx512vl", "avx512dq"]
            default: ["unknown"]
            }
        return flags.isSuperset(of: wanted)
    }
}
