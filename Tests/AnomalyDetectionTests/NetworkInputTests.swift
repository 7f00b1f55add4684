import Imaging
import Testing

@testable import AnomalyDetection

@Suite("Network input")
struct NetworkInputTests {
    static let normalization = PixelNormalization(mean: [0.4, 0.5, 0.6], deviation: 0.2)
    static let image = CorruptionTestImages.weave(width: 24, height: 16, seed: 3)

    /// The place that a reflected border repeats.
    private static func reflected(_ place: Int, _ count: Int) -> Int {
        place < 0 ? -place - 1 : place >= count ? 2 * count - place - 1 : place
    }

    /// The mean over a square, in float64.
    private static func box(_ values: [Double], width: Int, height: Int, side: Int) -> [Double] {
        let reach = -(side / 2)...(side / 2)
        return (0..<width * height).map { pixel in
            let (row, column) = pixel.quotientAndRemainder(dividingBy: width)
            var sum = 0.0
            for down in reach {
                for across in reach {
                    sum += values[reflected(row + down, height) * width + reflected(column + across, width)]
                }
            }
            return sum / Double(side * side)
        }
    }

    @Test("Pixels are seen as they are")
    func pixels() {
        let view = NetworkInput.pixels.view(Self.image, Self.normalization)
        #expect(view.image == Self.image)
        #expect(view.picture(Self.image, Self.normalization) == Self.image)
    }

    @Test("Local contrast is the difference from the local mean, divided by the local spread")
    func localContrast() {
        let (width, height) = (24, 16)
        let found = NetworkInput.localContrast.view(Self.image, Self.normalization).image
        let planes = (0..<3).map { channel in
            Self.image.values[channel * 384..<(channel + 1) * 384].map(Double.init)
        }
        // A quarter of 16 pixels, made odd.
        func smooth(_ values: [Double]) -> [Double] {
            let once = Self.box(values, width: width, height: height, side: 5)
            return Self.box(once, width: width, height: height, side: 5)
        }
        let differences = planes.map { plane in zip(plane, smooth(plane)).map { $0 - $1 } }
        let energy = smooth((0..<384).map { pixel in differences.reduce(0) { $0 + $1[pixel] * $1[pixel] } / 3 })
        for channel in 0..<3 {
            for pixel in 0..<384 {
                let contrast = (energy[pixel] + 0.02 * 0.02).squareRoot()
                let expected = [0.4, 0.5, 0.6][channel] + 0.2 * differences[channel][pixel] / contrast
                #expect(abs(Double(found.values[channel * 384 + pixel]) - expected) < 1e-5)
            }
        }
    }

    @Test("An image in other light looks the same", arguments: [(0.8, 0.0), (1.2, -0.1), (1, 0.2)] as [(Float, Float)])
    func light(contrast: Float, brightness: Float) {
        // Without noise, which contrasts are compared with.
        let fine = PixelNormalization(mean: [0.4, 0.5, 0.6], deviation: 1e-4)
        var other = Self.image
        for index in other.values.indices { other.values[index] = contrast * other.values[index] + brightness }
        let first = NetworkInput.localContrast.view(Self.image, fine).image
        let second = NetworkInput.localContrast.view(other, fine).image
        #expect(zip(first.values, second.values).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test("The picture of what the network sees is the image, and a uniform image stays uniform")
    func picture() {
        for image in [Self.image, PlanarImage(width: 24, height: 16, channels: 3, repeating: 0.7)] {
            let view = NetworkInput.localContrast.view(image, Self.normalization)
            let picture = view.picture(view.image, Self.normalization)
            #expect(zip(picture.values, image.values).allSatisfy { abs($0 - $1) < 1e-6 })
        }
        let uniform = PlanarImage(width: 24, height: 16, channels: 3, repeating: 0.7)
        let view = NetworkInput.localContrast.view(uniform, Self.normalization).image
        #expect((0..<3).allSatisfy { abs(view.values[$0 * 384] - Self.normalization.mean[$0]) < 1e-4 })
    }

    @Test("Pixels outside the region of interest are in no local mean")
    func border() {
        let region = (0..<384).map { UInt8($0 % 24 < 15 && $0 / 24 > 2 ? 1 : 0) }
        let uniform = PlanarImage(width: 24, height: 16, channels: 3, repeating: 0.7).restricted(to: region)
        let view = NetworkInput.localContrast.view(uniform, Self.normalization).image
        for index in view.values.indices where region[index % 384] != 0 {
            #expect(abs(view.values[index] - Self.normalization.mean[index / 384]) < 1e-4)
        }
    }

    @Test("Outside the region of interest, view and picture are grey")
    func region() {
        let region = (0..<384).map { UInt8($0 % 24 < 15 ? 1 : 0) }
        let view = NetworkInput.localContrast.view(Self.image.restricted(to: region), Self.normalization)
        #expect(view.image.regionOfInterest == region)
        let picture = view.picture(view.image, Self.normalization)
        for image in [view.image, picture] {
            #expect(
                image.values.indices.allSatisfy { region[$0 % 384] != 0 || image.values[$0] == PlanarImage.outside })
        }
    }
}
