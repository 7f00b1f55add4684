import Imaging
import Testing

@testable import Stages

@Suite("Floating-point images")
struct NotFiniteImageTests {
    private func bytes(_ value: Float, at index: Int, width: Int = 24, height: Int = 16) throws -> [UInt8] {
        var values = (0..<width * height).map { Float($0 % 7) / 7 }
        values[index] = value
        return try FloatMap(width: width, height: height, values: values).tiffBytes()
    }

    @Test(
        "with a non-finite value are refused with its position",
        arguments: [Float.nan, -.nan, .infinity, -.infinity, .signalingNaN], [0, 1, 100, 383])
    func notFinite(_ value: Float, _ index: Int) throws {
        let file = try bytes(value, at: index)
        let error = #expect(throws: IngestError.self) {
            try IngestStage.decode(file, name: "a.tif", width: 8, height: 8)
        }
        guard case .notFinite("a.tif", _, let x, let y, 1)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect((x, y) == (index % 24, index / 24))
        #expect(error?.fault == .notFinite)
    }

    @Test("beyond 0 to 1 are refused with their range", arguments: [-0.001, 1.001, 255, -3e38, 3e38] as [Float])
    func range(_ value: Float) throws {
        let file = try bytes(value, at: 200)
        let error = #expect(throws: IngestError.self) {
            try IngestStage.decode(file, name: "a.tif", width: 8, height: 8)
        }
        #expect(error?.fault == .floatRange)
    }

    @Test("from 0 to 1 are accepted", arguments: [0, 1, Float.leastNonzeroMagnitude, -0.0])
    func usable(_ value: Float) throws {
        #expect(
            try IngestStage.decode(try bytes(value, at: 200), name: "a.tif", width: 24, height: 16).packed.width == 24)
    }
}
