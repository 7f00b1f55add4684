import Testing

@testable import fuzz

/// Backbones, with networks that the tests generate.
@Suite struct BackbonesCommandTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.write(BackboneSeeds.torch, to: "lite.pth")
        try fixture.write(BackboneSeeds.classifier.bytes, to: "small.onnx")
    }

    @Test("A backbone is added, listed, shown, measured and removed")
    func life() throws {
        let added = try fixture.nominal("backbones", "add", "lite.pth", "--licence", "CC0-1.0", "--origin", "made here")
        #expect(added.status == 0 && added.output.hasPrefix("lite: EfficientNet-Lite, "), "\(added)")
        #expect(
            try fixture.nominal("backbones", "add", "lite.pth", "--licence", "CC0-1.0", "--origin", "made here")
                .output.hasPrefix("lite, as before"))
        let other = try fixture.nominal(
            "backbones", "add", "small.onnx", "--name", "net", "--input", "unit", "--tap", "d")
        #expect(other.status == 0 && other.errors.contains("no licence is recorded"), "\(other)")
        #expect(try fixture.nominal("backbones").output.split(separator: "\n").count == 2)
        #expect(try fixture.nominal("backbones", "list", "--json").output.contains("\"licence\":\"CC0-1.0\""))
        let shown = try fixture.nominal("backbones", "show", "lite").output
        for words in ["CC0-1.0", "made here", "stage2 ", "1 channels, stride 8", "logits", "parameters"] {
            #expect(shown.contains(words), "\(shown)")
        }
        let measured = try fixture.bench(
            "backbone", "lite", "--size", "64", "--rounds", "2", "--taps", "stage2,stage4", "--layers")
        #expect(measured.status == 0 && measured.output.contains("CPU-seconds per image"), "\(measured)")
        #expect(try fixture.nominal("backbones", "remove", "net").output == "removed net\n")
        #expect(try fixture.nominal("backbones", "show", "net").status == 66)
    }

    @Test("Invalid backbone files and taken names end with an error and a remedy")
    func refusals() throws {
        try fixture.write("not a network", to: "text.pth")
        let text = try fixture.nominal("backbones", "add", "text.pth")
        #expect(text.status == 65 && text.errors.contains("text.pth is not a backbone"), "\(text)")
        #expect(try fixture.nominal("backbones", "add", "absent.pth").status == 66)
        #expect(try fixture.nominal("backbones", "add", "small.onnx", "--tap", "zzz").status == 65)
        #expect(try fixture.nominal("backbones", "add", "small.onnx", "--input", "1,2").status == 64)
        #expect(try fixture.nominal("backbones", "add", "lite.pth", "--name", "a b").status == 65)
        #expect(try fixture.nominal("backbones", "add", "lite.pth", "--name", "x").status == 0)
        let taken = try fixture.nominal("backbones", "add", "small.onnx", "--name", "x")
        #expect(taken.status == 65 && taken.errors.contains("the name is taken"))
        let unknown = try fixture.bench("backbone", "x", "--taps", "stage9")
        #expect(unknown.status == 65 && unknown.errors.contains("has no tap \"stage9\""), "\(unknown)")
    }
}
