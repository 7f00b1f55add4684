import Imaging
import Testing

@testable import AnomalyDetection

@Suite("Contact sheets")
struct CorruptionContactSheetTests {
    @Test("a row holds clean, corrupted and mask, two grey pixels apart")
    func layout() {
        let dark = PlanarImage(width: 4, height: 3, channels: 3, repeating: 0.1)
        let bright = PlanarImage(width: 4, height: 3, channels: 3, repeating: 0.9)
        let small = PlanarImage(width: 2, height: 2, channels: 3, repeating: 0.2)
        let sheet = ContactSheet.render(samples: [
            (clean: dark, corrupted: CorruptedSample(corrupted: bright, mask: [UInt8](repeating: 1, count: 12))),
            (clean: small, corrupted: CorruptedSample(corrupted: small, mask: [0, 1, 0, 0])),
        ])
        #expect(sheet.width == 16 && sheet.height == 8 && sheet.channels == 3)
        func row(_ y: Int) -> [Float] { Array(sheet.values[(y * 16)..<((y + 1) * 16)]) }
        #expect(row(0) == [0.1, 0.1, 0.1, 0.1, 0.5, 0.5, 0.9, 0.9, 0.9, 0.9, 0.5, 0.5, 1, 1, 1, 1])
        #expect(row(3) == [Float](repeating: 0.5, count: 16))
        #expect(row(5) == [0.2, 0.2, 0.5, 0.5, 0.5, 0.5, 0.2, 0.2, 0.5, 0.5, 0.5, 0.5, 0, 1, 0.5, 0.5])
        #expect(row(7) == [Float](repeating: 0.5, count: 16))
    }
}
