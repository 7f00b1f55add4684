import Foundation
import Imaging
import Testing

@testable import AnomalyDetection

extension PixelNormalization {
    fileprivate init(of images: [PlanarImage]) {
        var statistics = PixelStatistics()
        for image in images { statistics.add(image) }
        self.init(statistics)
    }
}

@Suite("Pixel normalisation")
struct PixelNormalizationTests {
    @Test("Statistics are a mean per channel and one deviation over all images")
    func statistics() {
        // Channel means 0.25, 0.5 and 0.75; variances 1/16, 0 and 1/16.
        let images = [
            PlanarImage(width: 2, height: 1, channels: 3, values: [0, 0.5, 0.5, 0.5, 0.5, 1]),
            PlanarImage(width: 1, height: 2, channels: 3, values: [0.5, 0, 0.5, 0.5, 1, 0.5]),
        ]
        let normalization = PixelNormalization(of: images)
        #expect(normalization.mean == [0.25, 0.5, 0.75])
        #expect(abs(normalization.deviation - (Float(2) / 16 / 3).squareRoot()) < 1e-6)
        #expect(normalization == PixelNormalization(of: Array(images.reversed())))
    }

    @Test("Normalised images have mean 0 and deviation 1")
    func standardization() {
        let images = (1...3).map { (seed: UInt64) in
            var image = CorruptionTestImages.weave(width: 24, height: 16, seed: seed)
            for index in image.values.indices { image.values[index] = 2 * image.values[index] - 0.5 }
            return image
        }
        let normalization = PixelNormalization(of: images)
        let planes = images.map { normalization.normalized($0.values) }
        for channel in 0..<3 {
            let values = planes.flatMap { $0[channel * 384..<(channel + 1) * 384] }
            #expect(abs(values.reduce(0, +) / Float(values.count)) < 1e-4)
        }
        let squares = planes.joined().reduce(0.0) { $0 + Double($1) * Double($1) }
        let variance = squares / Double(planes.count * 3 * 384)
        #expect(abs(variance - 1) < 1e-4)
    }

    @Test("Restoring inverts normalising")
    func inverse() {
        let normalization = PixelNormalization(mean: [0.1, 0.5, 0.9], deviation: 0.2)
        let values = CorruptionTestImages.weave().values
        let back = normalization.restored(normalization.normalized(values))
        #expect(zip(values, back).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test("The noise of almost uniform images is not amplified")
    func uniformImages() {
        let flat = PixelNormalization(of: [PlanarImage(width: 4, height: 4, channels: 3, repeating: 0.3)])
        #expect(flat.deviation == PixelNormalization.smallestDeviation)
        #expect(flat.mean.allSatisfy { abs($0 - 0.3) < 1e-6 })
    }

    @Test(
        "Invalid numbers are a decoding error",
        arguments: [
            #"{"mean":[0.5,0.5],"deviation":0.1}"#, #"{"mean":[],"deviation":0.1}"#,
            #"{"mean":[0,0,0,0],"deviation":0.1}"#,
            #"{"mean":[0,0,0],"deviation":0}"#, #"{"mean":[0,0,0],"deviation":-1}"#,
        ])
    func refused(text: String) {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(PixelNormalization.self, from: Data(text.utf8))
        }
    }
}
