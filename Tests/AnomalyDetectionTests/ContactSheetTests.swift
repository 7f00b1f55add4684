import Imaging
import Testing

@testable import AnomalyDetection

@Suite("Contact sheets")
struct CorruptionContactSheetTests {
    private func picture(_ width: Int, _ height: Int, _ value: Float) -> PlanarImage {
        PlanarImage(width: width, height: height, channels: 3, repeating: value)
    }

    private func untouched(_ image: PlanarImage) -> CorruptedSample {
        CorruptedSample(corrupted: image, mask: [UInt8](repeating: 0, count: image.width * image.height))
    }

    @Test("A sample is its clean image, corrupted image and mask, 2 pixels apart; samples are 10 pixels apart")
    func layout() {
        let small = picture(2, 2, 0.2)
        var sheet = ContactSheet()
        sheet.add(
            clean: picture(4, 3, 0.1),
            corrupted: CorruptedSample(corrupted: picture(4, 3, 0.9), mask: [UInt8](repeating: 1, count: 12)))
        sheet.add(clean: small, corrupted: CorruptedSample(corrupted: small, mask: [0, 1, 0, 0]))
        let column = sheet.render(samplesPerRow: 1)
        #expect(column.width == 16 && column.height == 16 && column.channels == 3)
        func row(_ y: Int) -> [Float] { Array(column.values[(y * 16)..<((y + 1) * 16)]) }
        #expect(row(0) == [0.1, 0.1, 0.1, 0.1, 0.5, 0.5, 0.9, 0.9, 0.9, 0.9, 0.5, 0.5, 1, 1, 1, 1])
        #expect(row(3) == [Float](repeating: 0.5, count: 16))
        #expect(row(12) == [Float](repeating: 0.5, count: 16))
        #expect(row(13) == [0.2, 0.2, 0.5, 0.5, 0.5, 0.5, 0.2, 0.2, 0.5, 0.5, 0.5, 0.5, 0, 1, 0.5, 0.5])
        #expect(row(15) == [Float](repeating: 0.5, count: 16))

        let beside = sheet.render(samplesPerRow: 2)
        #expect((beside.width, beside.height) == (42, 3))
        #expect(Array(beside.values[26..<28]) == [0.2, 0.2])
        #expect(beside.values[16..<26].allSatisfy { $0 == 0.5 })
    }

    @Test(
        "A sheet has about the aspect ratio of a screen",
        arguments: [(24, 64, 64), (100, 32, 64), (7, 64, 32), (60, 96, 32)])
    func aspect(count: Int, width: Int, height: Int) {
        var sheet = ContactSheet()
        let image = picture(width, height, 0.3)
        for _ in 0..<count { sheet.add(clean: image, corrupted: untouched(image)) }
        let rendered = sheet.render()
        let aspect = Double(rendered.width) / Double(rendered.height)
        #expect((0.9...2.8).contains(aspect), "\(rendered.width) x \(rendered.height)")
    }

    @Test("A single sample makes one row, and large pictures are shrunk proportionally")
    func shrunk() {
        var sheet = ContactSheet(largestSide: 20)
        let image = picture(100, 50, 0.25)
        sheet.add(clean: image, corrupted: untouched(image))
        let rendered = sheet.render()
        #expect((rendered.width, rendered.height) == (3 * 20 + 4, 10))
        #expect(rendered.values[0] == 0.25 && rendered.values[63] == 0)
    }
}
