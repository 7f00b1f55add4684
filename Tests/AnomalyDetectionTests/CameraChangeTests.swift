import Imaging
import Testing

@testable import AnomalyDetection

@Suite("A change of the camera")
struct CameraChangeTests {
    static let image = CorruptionTestImages.weave(width: 100, height: 50, seed: 1)

    static func mean(_ image: PlanarImage, channel: Int) -> Float {
        let plane = image.width * image.height
        return image.values[channel * plane..<(channel + 1) * plane].reduce(0, +) / Float(plane)
    }

    /// Of differences between neighbours in a row: how sharp an image is.
    static func sharpness(_ image: PlanarImage) -> Float {
        zip(image.values, image.values.dropFirst()).reduce(0) { $0 + abs($1.0 - $1.1) }
    }

    @Test("changes the image and keeps its size and range", arguments: CameraChange.allCases)
    func changes(_ change: CameraChange) {
        let changed = change.applied(to: Self.image)
        #expect(changed != Self.image)
        #expect((changed.width, changed.height, changed.channels) == (100, 50, 3))
        #expect(changed.values.allSatisfy { (0...1).contains($0) })
    }

    @Test("moves what is seen by as much as is cut off")
    func places() {
        // A black line across, or down, on grey: it comes to lie where the frame's scale and place put it.
        let down = PlanarImage(
            width: 100, height: 100, channels: 3,
            values: (0..<3).flatMap { _ in (0..<100).flatMap { y in (0..<100).map { _ in y == 90 ? 0 : 0.5 } } })
        func darkest(_ image: PlanarImage, _ index: (Int) -> Int) -> Int {
            (0..<100).min { image.values[index($0)] < image.values[index($1)] }!
        }
        // 98 rows become 100: row 90 of them lies at 90.5 / 98 * 100.
        #expect(darkest(CameraChange.shiftedDown.applied(to: down)) { $0 * 100 + 50 } == 92)
        let across = PlanarImage(
            width: 100, height: 100, channels: 3,
            values: (0..<3).flatMap { _ in (0..<100).flatMap { _ in (0..<100).map { $0 == 90 ? 0 : 0.5 } } })
        #expect(darkest(CameraChange.shiftedAcross.applied(to: across)) { 50 * 100 + $0 } == 92)
    }

    @Test("does what its name says")
    func names() {
        func after(_ change: CameraChange) -> PlanarImage { change.applied(to: Self.image) }
        #expect(Self.mean(after(.darker), channel: 1) < 0.95 * Self.mean(Self.image, channel: 1))
        #expect(Self.mean(after(.brighter), channel: 1) > 1.04 * Self.mean(Self.image, channel: 1))
        #expect(Self.mean(after(.warmer), channel: 0) > Self.mean(Self.image, channel: 0))
        #expect(Self.mean(after(.warmer), channel: 2) < Self.mean(Self.image, channel: 2))
        #expect(Self.mean(after(.cooler), channel: 2) > Self.mean(Self.image, channel: 2))
        #expect(Self.sharpness(after(.blurred)) < Self.sharpness(Self.image))
        #expect(Self.sharpness(after(.sharper)) > Self.sharpness(Self.image))
        #expect(Self.sharpness(after(.moreContrast)) > Self.sharpness(after(.lessContrast)))
        // A frame of 98 x 49 pixels, enlarged: what is cut off lies to the right, or below.
        #expect(abs(after(.shiftedAcross).values[25 * 100] - Self.image.values[25 * 100]) < 0.1)
        #expect(abs(after(.shiftedDown).values[50] - Self.image.values[50]) < 0.1)
        #expect(Set(CameraChange.allCases.map(\.label)).count == CameraChange.allCases.count)
    }
}
