import Foundation
import Imaging
import SeededRandom
import Testing

@testable import AnomalyDetection

/// A dark wedge on a light background: 60 long, 24 wide at its thick end, 8 at its thin one, in an image of 128 x 96.
private func wedge(angle: Float, x: Float = 64, y: Float = 48, background: Float = 0.8) -> PlanarImage {
    let along = SIMD2(cosf(angle), sinf(angle))
    var image = PlanarImage(width: 128, height: 96, channels: 3, repeating: background)
    for row in 0..<96 {
        for column in 0..<128 {
            let offset = SIMD2(Float(column) + 0.5 - x, Float(row) + 0.5 - y)
            let u = (offset * along).sum(), v = offset.y * along.x - offset.x * along.y
            if abs(u) <= 30, abs(v) <= 8 - u * 4 / 30 {
                for channel in 0..<3 { image.values[(channel * 96 + row) * 128 + column] = 0.3 - u / 300 }
            }
        }
    }
    return image
}

@Suite("The pose of an object, and the frame around it")
struct ObjectPoseTests {
    @Test("The pose follows the object in any direction, towards its thin end", arguments: -17...18)
    func direction(step: Int) throws {
        let angle = Float(step) * .pi / 18
        let pose = try #require(ObjectPose(of: wedge(angle: angle, x: 60, y: 50)))
        let turn = remainderf(pose.angle - angle, 2 * .pi)
        #expect(abs(turn) < 0.02)
        #expect(abs(pose.x * 96 - 60) < 1.2 && abs(pose.y * 96 - 50) < 1.2)
        #expect(abs(pose.length * 96 - 60) < 3 && abs(pose.breadth * 96 - 24) < 3)
    }

    @Test("A round object has a place but no direction")
    func disc() throws {
        var image = PlanarImage(width: 80, height: 80, channels: 3, repeating: 0.9)
        for index in 0..<6400 {
            let offset = SIMD2(Float(index % 80) - 30, Float(index / 80) - 45)
            if (offset * offset).sum() < 400 {
                for channel in 0..<3 { image.values[channel * 6400 + index] = 0.2 }
            }
        }
        let pose = try #require(ObjectPose(of: image))
        #expect(pose.angle == 0 && pose.elongation < 1.1)
        #expect(abs(pose.x * 80 - 30.5) < 1 && abs(pose.y * 80 - 45.5) < 1)
    }

    @Test("A pose is finite in images of any size", arguments: [(40, 1), (1, 40), (1, 1), (300, 2), (3, 3)])
    func tiny(width: Int, height: Int) {
        var image = PlanarImage(width: width, height: height, channels: 3, repeating: 1)
        for channel in 0..<3 {
            for index in width * height / 3..<2 * width * height / 3 {
                image.values[channel * width * height + index] = 0
            }
        }
        let pose = ObjectPose(of: image)
        for value in pose.map({ [$0.angle, $0.x, $0.y, $0.length, $0.breadth, $0.elongation] }) ?? [] {
            #expect(value.isFinite)
        }
        let cut = ObjectFrame(width: 2, height: 0.01).cut(image, pose, width: 32, height: 32)
        #expect(cut.values.allSatisfy { $0.isFinite })
    }

    @Test("A surface has no pose, and its frame is in the middle of the image")
    func surface() {
        var generator = SeededGenerator(seed: 3)
        let noise = PlanarImage(
            width: 64, height: 48, channels: 3, values: (0..<9216).map { _ in generator.uniform() })
        #expect(ObjectPose(of: noise) == nil)
        let cut = ObjectFrame(width: 0.5, height: 0.5).cut(noise, nil, width: 24, height: 24)
        #expect(cut == noise.cropped(x: 20, y: 12, width: 24, height: 24))
    }

    @Test(
        "Frames of an object show the same, however it lies", arguments: [(-2.5, 50), (-0.7, 70), (0.4, 64), (3, 60)])
    func sameContent(angle: Double, x: Int) throws {
        let frame = ObjectFrame(width: 0.75, height: 0.375)
        let upright = wedge(angle: 0), turned = wedge(angle: Float(angle), x: Float(x))
        let first = frame.cut(upright, ObjectPose(of: upright), width: 72, height: 36)
        let second = frame.cut(turned, ObjectPose(of: turned), width: 72, height: 36)
        let differences = zip(first.values, second.values).map { abs($0 - $1) }
        // Pixels at the outline differ by their own sampling.
        #expect(differences.count { $0 > 0.1 } < differences.count / 20)
        #expect(differences.reduce(0, +) / Float(differences.count) < 0.015)
    }

    @Test("A map lies on the image where the frame does, and is lowest outside")
    func placed() throws {
        let image = wedge(angle: 1.1, x: 70, y: 40)
        let pose = try #require(ObjectPose(of: image)), frame = ObjectFrame(width: 0.7, height: 0.3)
        // The map is the brightness of the frame, so the placed one is that of the image.
        let cut = frame.cut(image, pose, width: 120, height: 52)
        let map = FloatMap(width: 120, height: 52, values: Array(cut.values.prefix(120 * 52)))
        let placed = frame.placed(map, pose, width: 128, height: 96)
        var inside = 0, different = 0
        for index in placed.values.indices where placed.values[index] != map.values.min() {
            inside += 1
            if abs(placed.values[index] - image.values[index]) > 0.1 { different += 1 }
        }
        #expect(abs(Float(inside) - 0.7 * 0.3 * 96 * 96) < 150)
        #expect(different < inside / 10)
        let back = frame.cut(placed, pose, width: 120, height: 52)
        let errors = zip(back.values, map.values).map { abs($0 - $1) }
        #expect(errors.reduce(0, +) / Float(errors.count) < 0.03)
    }

    @Test("A mask of the image is cut like the image")
    func mask() {
        let frame = ObjectFrame(width: 0.5, height: 0.5)
        var mask = Mask(width: 40, height: 20, values: [UInt8](repeating: 0, count: 800))
        mask.values[10 * 40 + 20] = 1
        let cut = frame.cut(mask, nil, width: 10, height: 10)
        #expect(cut.values.indices.filter { cut.values[$0] == 1 } == [55])
    }

    @Test("Directions of parallel objects are concentrated, others are not")
    func concentration() throws {
        func poses(_ angles: [Float]) throws -> [ObjectPose] {
            try angles.map { try #require(ObjectPose(of: wedge(angle: $0))) }
        }
        #expect(try ObjectPose.concentration(poses([0, 0.05, .pi, -0.05])) > 0.98)
        #expect(try ObjectPose.concentration(poses([0, 0.8, 1.6, 2.4])) < 0.1)
        #expect(ObjectPose.concentration([]) == 0)
    }
}
