import Imaging
import SeededRandom
import Testing

@testable import AnomalyDetection

@Suite("Poisson blending")
struct CorruptionBlendingTests {
    /// Gaussian elimination in double precision on the full matrix.
    private static func denseSolution(_ rightSide: [Float], width: Int, height: Int) -> [Float] {
        let count = width * height
        var rows = [[Double]](repeating: [Double](repeating: 0, count: count + 1), count: count)
        for index in 0..<count {
            let x = index % width
            rows[index][index] = -4
            rows[index][count] = Double(rightSide[index])
            if x > 0 { rows[index][index - 1] = 1 }
            if x < width - 1 { rows[index][index + 1] = 1 }
            if index >= width { rows[index][index - width] = 1 }
            if index + width < count { rows[index][index + width] = 1 }
        }
        for pivot in 0..<count {
            for row in 0..<count where row != pivot && rows[row][pivot] != 0 {
                let factor = rows[row][pivot] / rows[pivot][pivot]
                for column in pivot...count { rows[row][column] -= factor * rows[pivot][column] }
            }
        }
        return (0..<count).map { Float(rows[$0][count] / rows[$0][$0]) }
    }

    @Test(
        "The solver agrees with Gaussian elimination",
        arguments: [(1, 1), (1, 7), (7, 1), (5, 3), (3, 8), (12, 12), (17, 9)])
    func agreesWithElimination(size: (Int, Int)) {
        var generator = SeededGenerator(seed: 41)
        let points = size.0 * size.1
        let rightSide = (0..<(2 * points)).map { _ in generator.uniform(-1, 1) }
        let solution = PoissonSolver(width: size.0, height: size.1).solve(rightSide)
        for system in 0..<2 {
            let range = (system * points)..<((system + 1) * points)
            let expected = Self.denseSolution(Array(rightSide[range]), width: size.0, height: size.1)
            #expect(zip(solution[range], expected).allSatisfy { abs($0 - $1) < 1e-4 })
        }
    }

    @Test("The solution of a large system has no residual")
    func largeResidual() {
        let width = 150, height = 201
        var generator = SeededGenerator(seed: 42)
        let rightSide = (0..<(width * height)).map { _ in generator.uniform(-1, 1) }
        let solution = PoissonSolver(width: width, height: height).solve(rightSide)
        func at(_ x: Int, _ y: Int) -> Float {
            (0..<width).contains(x) && (0..<height).contains(y) ? solution[y * width + x] : 0
        }
        var largest: Float = 0
        for y in 0..<height {
            for x in 0..<width {
                let sum = at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1) - 4 * at(x, y)
                largest = max(largest, abs(sum - rightSide[y * width + x]))
            }
        }
        #expect(largest < 1e-3)
    }

    @Test("Cloning an image's own region with another brightness changes nothing")
    func brightnessIsAbsorbed() {
        let clean = CorruptionTestImages.weave()
        let box = PixelBox(x: 10, y: 20, width: 31, height: 24)
        var patch = clean.region(box)
        for index in patch.values.indices { patch.values[index] += 0.2 }
        for gradients in [SeamlessCloning.Gradients.patch, .mixed] {
            var image = clean
            SeamlessCloning.clone(patch, into: &image, at: box, gradients: gradients)
            #expect(zip(image.values, clean.values).allSatisfy { abs($0 - $1) < 1e-4 })
        }
    }

    @Test("A flat patch gives a smooth membrane, and with mixed gradients the image itself")
    func flatPatch() {
        var clean = CorruptionTestImages.weave()
        let box = PixelBox(x: 10, y: 20, width: 31, height: 24)
        let patch = PlanarImage(width: 31, height: 24, channels: 3, repeating: 0.5)
        var mixed = clean
        SeamlessCloning.clone(patch, into: &mixed, at: box, gradients: .mixed)
        #expect(zip(mixed.values, clean.values).allSatisfy { abs($0 - $1) < 1e-4 })

        // On a linear ramp the membrane is the ramp.
        for index in clean.values.indices { clean.values[index] = Float(index % clean.width) / 200 }
        var ramp = clean
        SeamlessCloning.clone(patch, into: &ramp, at: box, gradients: .patch)
        #expect(zip(ramp.values, clean.values).allSatisfy { abs($0 - $1) < 1e-4 })
    }

    @Test("Inpainting keeps known pixels and stays within their range")
    func pushPull() {
        let image = CorruptionTestImages.weave(width: 37, height: 22)
        let isKnown = (0..<(37 * 22)).map { !(8..<20).contains($0 / 37) || !(5..<30).contains($0 % 37) }
        let filled = PushPullFill.fill(image, where: isKnown)
        let known = (0..<3).map { channel in
            isKnown.indices.filter { isKnown[$0] }.map { image.values[channel * isKnown.count + $0] }
        }
        for channel in 0..<3 {
            let range = known[channel].min()!...known[channel].max()!
            for index in isKnown.indices {
                let value = filled.values[channel * isKnown.count + index]
                #expect(isKnown[index] ? value == image.values[channel * isKnown.count + index] : range.contains(value))
            }
        }
        let blank = PushPullFill.fill(image, where: [Bool](repeating: false, count: isKnown.count))
        #expect(Set(blank.values).count == 3)
    }
}
