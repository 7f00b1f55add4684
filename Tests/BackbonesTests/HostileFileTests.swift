import NeuralNetworks
import Testing

@testable import Backbones
@testable import fuzz

@Suite("Invalid backbone files")
struct HostileFileTests {
    private static func message(_ bytes: [UInt8]) -> String {
        do {
            _ = try BackboneFile(bytes, name: "net")
            return "taken"
        } catch { return "\(error)" }
    }

    @Test("Other formats are reported as such")
    func formats() {
        #expect(Self.message([]).contains("is not a backbone"))
        #expect(Self.message(Array("hello, this is a text".utf8)).contains("is not a backbone"))
        #expect(Self.message([0x50, 0x4B, 3, 4, 0, 0]).contains("zip archive"))
        #expect(Self.message([0x80, 4, 0x95, 1, 2, 3]).contains("is not a backbone"))
    }

    @Test("Truncated files are rejected")
    func cut() {
        for file in BackboneSeeds.onnx + [BackboneSeeds.torch] {
            for count in stride(from: 0, to: file.count, by: max(1, file.count / 500)) {
                // A file truncated between two fields of the model may be valid.
                let message = Self.message(Array(file.prefix(count)))
                #expect(message.hasPrefix("net "), "\(count) of \(file.count) bytes: \(message)")
            }
        }
        #expect(Self.message(BackboneSeeds.torch + [0]).contains("bytes follow its last storage"))
    }

    @Test(
        "Unsupported pickle instructions and callables are rejected by name",
        arguments: [
            (TorchWriter.global("os", "system"), "os.system"),
            (TorchWriter.global("builtins", "eval"), "builtins.eval"),
            (TorchWriter.global("torch._utils", "_rebuild_parameter"), "torch._utils._rebuild_parameter"),
            ([0x69] + Array("os\nsystem\n".utf8), "0x69"), ([0x6F], "0x6f"), ([0x81], "0x81"), ([0x93], "0x93"),
            ([0x50] + Array("x\n".utf8), "0x50"), ([0x82, 1], "0x82"), ([0x47, 0, 0, 0, 0, 0, 0, 0, 0], "0x47"),
            ([0x29, 0x85, 0x85, 0x85], "tuple in a tuple in a tuple"), ([0x7D, 0x71, 1, 0x68, 1], "used twice"),
            ([0x68, 9], "was not stored"), ([0x74, 0x74, 0x74], "was not started"),
            ([0x5D, 0x85], "a list inside another"),
            ([0x58, 0xFF, 0xFF, 0xFF, 0x7F], "a text of 2147483647 bytes"), ([0x80, 3], "pickle protocol 3"),
            ([0x4B, 1, 0x51], "the description of a storage"), ([0x4B, 1, 0x4B, 2, 0x52], "a call of a number"),
            ([0x4B, 1, 0x4B, 2, 0x62], "attributes of a value"),
            ([0x4B, 1, 0x4B, 2, 0x4B, 3, 0x73], "not a dictionary"),
        ] as [([UInt8], String)])
    func pickles(_ instructions: [UInt8], _ words: String) {
        let file = BackboneSeeds.torch
        // The state dict's pickle starts with its protocol and the name of its type.
        let start = file.firstRange(of: TorchWriter.global("collections", "OrderedDict"))!.lowerBound
        let message = Self.message(Array(file[..<start]) + instructions + [0x2E] + Array(file[start...]))
        #expect(message.contains(words), "\(message)")
    }

    @Test("Nodes without inputs, and integers in place of weights, are refused")
    func operands() {
        var file = BackboneSeeds.classifier
        file.integers = ["dense"]
        #expect(Self.message(file.bytes).contains("not a constant matrix of floats"))
        for axis in [1, -3, -1] {
            file = BackboneSeeds.branches
            file.nodes[file.nodes.count - 1].inputs = []
            file.nodes[file.nodes.count - 1].ints = ["axis": [axis]]
            #expect(Self.message(file.bytes).contains("it has no input"))
        }
    }

    @Test("A chain of activations of any length is read or refused, without a crash")
    func longChain() {
        var file = BackboneSeeds.classifier
        let last = file.nodes.removeLast()
        var former = file.nodes[file.nodes.count - 1].output
        for number in 0..<60_000 {
            file.nodes.append(.init(kind: "Relu", inputs: [former], output: "r\(number)"))
            former = "r\(number)"
        }
        file.nodes.append(
            .init(kind: last.kind, inputs: [former] + last.inputs.dropFirst(), output: "g", ints: last.ints))
        #expect(!Self.message(file.bytes).isEmpty)
    }

    @Test("Inconsistent shapes, strides and storages of torch tensors are rejected")
    func tensors() {
        func changed(_ from: [UInt8], _ to: [UInt8]) -> String {
            var file = BackboneSeeds.torch
            file.replaceSubrange(file.firstRange(of: from)!, with: to)
            return Self.message(file)
        }
        func number(_ value: Int) -> [UInt8] { [0x4A] + TorchWriter.number(value) }
        // The first tensor has the shape 1 x 3 x 3 x 3 and strides 27, 9, 3, 1.
        let shape = number(1) + number(3) + number(3) + number(3) + [0x74]
        let huge = number(1) + number(0x7FFF_FFFF) + number(0x7FFF_FFFF) + number(0x7FFF_FFFF) + [0x74]
        #expect(changed(shape, huge).hasPrefix("net "))
        #expect(changed(shape, number(1) + number(3) + number(3) + number(-3) + [0x74]).hasPrefix("net "))
        #expect(changed(shape, number(1) + number(3) + number(3) + number(4) + [0x74]).hasPrefix("net "))
        #expect(changed(number(27) + [0x4E], number(0x7FFF_FFFF) + [0x4E]).hasPrefix("net "))
        #expect(
            changed(Array("_blocks.3._bn1.bias".utf8), Array("_blocks.3._bn1.bias".utf8.reversed())).contains(
                "_bn1.bias"))
        #expect(changed(Array("_fc.bias".utf8), Array("_fc.bees".utf8)).contains("\"_fc.bias\""))
    }

    @Test("ONNX models with unsupported operators, cycles, inconsistent shapes or external data are rejected")
    func networks() {
        func changed(_ change: (inout ONNXWriter) -> Void) -> String {
            var file = BackboneSeeds.classifier
            change(&file)
            return Self.message(file.bytes)
        }
        #expect(changed { $0.nodes[2].kind = "Softmax" }.contains("operator Softmax"))
        #expect(changed { $0.nodes[2].kind = "Loop" }.contains("operator Loop"))
        #expect(changed { $0.nodes[0].inputs[0] = "d" }.contains("has a cycle"))
        #expect(changed { $0.nodes[2].inputs[0] = "nothing" }.contains("\"nothing\", which nothing computes"))
        #expect(changed { $0.nodes[2].output = "c" }.contains("is computed twice"))
        #expect(changed { $0.nodes.reverse() }.contains("out of order"))
        #expect(changed { $0.outputs = ["zzz"] }.contains("zzz"))
        #expect(changed { $0.outputs = [] }.hasPrefix("net ") || changed { $0.outputs = [] }.contains("tap"))
        #expect(changed { $0.version = 6 }.contains("operator set is version 6"))
        #expect(changed { $0.input = [1, 4, 8, 8] }.contains("4 channels"))
        #expect(changed { $0.input = [1, 3, 8] }.contains("4 dimensions"))
        #expect(changed { $0.input = [1, 3, 1 << 40, 8] }.contains("pixels"))
        #expect(changed { $0.constants[0].shape = [2, 3, 3, 4] }.contains("bytes, expected"))
        #expect(changed { $0.constants[0].shape = [1 << 40, 1 << 40] }.contains("has the shape"))
        #expect(changed { $0.constants[0].shape = [2, 1, 3, 9] }.contains("its kernel_shape is"))
        #expect(changed { $0.constants[0].values[0] = .nan }.contains("not finite"))
        #expect(changed { $0.constants[1] = ("b", [3], [0, 0, 0]) }.contains("expected 54 and 2"))
        #expect(changed { $0.constants[2] = ("gamma", [3], [0, 0, 0]) }.contains("one for each channel"))
        #expect(changed { $0.constants[6].shape = [2, 3] }.contains("it takes 3 numbers"))
        #expect(changed { $0.nodes[0].ints["pads"] = [1, 1, -1, 1] }.contains("its pads are"))
        #expect(changed { $0.nodes[0].ints["strides"] = [0, 0] }.contains("its strides are"))
        #expect(changed { $0.nodes[0].ints["dilations"] = [1 << 40, 1] }.contains("its dilations are"))
        #expect(changed { $0.nodes[0].ints["group"] = [0] }.contains("in 0 groups"))
        #expect(changed { $0.nodes[0].ints["group"] = [-7] }.contains("in -7 groups"))
        #expect(changed { $0.nodes[0].ints["new"] = [1] }.contains("attribute \"new\""))
        #expect(changed { $0.nodes[0].texts["auto_pad"] = "LEFT" }.contains("auto_pad is LEFT"))
        #expect(changed { $0.nodes[4].ints["axis"] = [2] }.contains("its axis is not 1"))
        #expect(changed { $0.nodes[1].ints["training_mode"] = [1] }.contains("training mode"))
        // Nodes that no tap needs are not validated.
        var file = BackboneSeeds.classifier
        file.nodes[4].kind = "Einsum"
        #expect(throws: Never.self) { try BackboneFile(file.bytes, name: "net", options: .init(taps: ["d"])) }
        let external = ONNXWriter.field(5, ONNXWriter.field(8, Array("w".utf8)) + ONNXWriter.number(14, 1))
        #expect(
            Self.message(ONNXWriter.field(7, external) + ONNXWriter.field(8, ONNXWriter.number(2, 13))).contains(
                "external"))
    }
}
