import Tensors
import Testing

@Suite("Anomaly map kernels")
struct MapKernelTests {
    static let sizes = [(1, 1, 3), (1, 7, 5), (9, 1, 5), (13, 17, 3), (16, 16, 7), (5, 6, 11), (3, 4, 31)]

    static func sum(_ map: [Float]) -> Double { map.reduce(0) { $0 + Double($1) } }

    @Test("The squared error is the mean over channels", arguments: [1, 3])
    func squaredError(_ channels: Int) {
        let first = randomValues(channels * 77, seed: 1), second = randomValues(channels * 77, seed: 2)
        let expected = (0..<77).map { pixel in
            (0..<channels).reduce(Float(0)) { sum, channel in
                let difference = first[channel * 77 + pixel] - second[channel * 77 + pixel]
                return sum + difference * difference
            } / Float(channels)
        }
        #expect(largestDifference(MapKernels.squaredError(first, second, channels: channels), expected) < 1e-6)
    }

    @Test("The box filter is the mean over a square with mirrored borders", arguments: sizes)
    func definition(_ height: Int, _ width: Int, _ size: Int) {
        func mirrored(_ index: Int, _ count: Int) -> Int {
            var index = index
            while !(0..<count).contains(index) { index = index < 0 ? -1 - index : 2 * count - 1 - index }
            return index
        }
        let map = randomValues(height * width, seed: 3, 0, 1)
        var expected: [Float] = []
        for y in 0..<height {
            for x in 0..<width {
                var sum = 0.0
                for dy in -(size / 2)...size / 2 {
                    for dx in -(size / 2)...size / 2 {
                        sum += Double(map[mirrored(y + dy, height) * width + mirrored(x + dx, width)])
                    }
                }
                expected.append(Float(sum / Double(size * size)))
            }
        }
        let filtered = MapKernels.boxFiltered(map, height: height, width: width, size: size, passes: 1)
        #expect(largestDifference(filtered, expected) < 1e-6)
        let twice = MapKernels.boxFiltered(filtered, height: height, width: width, size: size, passes: 1)
        #expect(MapKernels.boxFiltered(map, height: height, width: width, size: size, passes: 2) == twice)
    }

    @Test("The box filter preserves the sum of a map, and constant maps", arguments: sizes)
    func conservation(_ height: Int, _ width: Int, _ size: Int) {
        var map = randomValues(height * width, seed: 4, 0, 1)
        map[0] = 50
        let filtered = MapKernels.boxFiltered(map, height: height, width: width, size: size, passes: 3)
        #expect(abs(Self.sum(filtered) - Self.sum(map)) < 1e-5 * Self.sum(map))
        let constant = [Float](repeating: 0.7, count: height * width)
        let flat = MapKernels.boxFiltered(constant, height: height, width: width, size: size, passes: 3)
        #expect(largestDifference(flat, constant) < 1e-5)
    }

    @Test(
        "n box filters of side k spread an impulse by a variance of n (k^2 - 1) / 12 per axis",
        arguments: [(3, 1), (5, 3), (7, 2), (9, 4)])
    func variance(_ size: Int, _ passes: Int) {
        let (height, width) = (61, 71)
        var impulse = [Float](repeating: 0, count: height * width)
        impulse[30 * width + 35] = 1
        let spread = MapKernels.boxFiltered(impulse, height: height, width: width, size: size, passes: passes)
        var (mass, down, across) = (0.0, 0.0, 0.0)
        for (index, value) in spread.enumerated() {
            let (y, x) = (Double(index / width - 30), Double(index % width - 35))
            mass += Double(value)
            down += y * y * Double(value)
            across += x * x * Double(value)
        }
        let expected = Double(passes * (size * size - 1)) / 12
        #expect(abs(mass - 1) < 1e-5)
        #expect(abs(down - expected) < 1e-4 * expected)
        #expect(abs(across - expected) < 1e-4 * expected)
    }

    @Test("A box of one pixel or zero passes change nothing")
    func identity() {
        let map = randomValues(35, seed: 5)
        #expect(MapKernels.boxFiltered(map, height: 5, width: 7, size: 1, passes: 4) == map)
        #expect(MapKernels.boxFiltered(map, height: 5, width: 7, size: 5, passes: 0) == map)
        #expect(MapKernels.boxFiltered([], height: 0, width: 7, size: 5, passes: 2) == [])
    }

    @Test(
        "A separable filter agrees bit by bit with its definition, with repeated edges",
        arguments: sizes)
    func separableFilter(_ height: Int, _ width: Int, _ size: Int) {
        let taps = randomValues(size, seed: 8, 0, 1)
        let plane = randomValues(height * width, seed: 9)
        var filtered = [7] + plane + [7]
        MapKernels.filterSeparably(&filtered, from: 1, height: height, width: width, taps: taps)
        #expect(filtered.first == 7 && filtered.last == 7)
        func pass(_ values: [Float], _ count: Int, _ index: (_ along: Int, _ across: Int) -> Int, _ across: Int)
            -> [Float]
        {
            var result = values
            for line in 0..<across {
                for place in 0..<count {
                    var sum: Float = 0
                    for (offset, tap) in taps.enumerated() {
                        let source = min(max(place + offset - size / 2, 0), count - 1)
                        sum += tap * values[index(source, line)]
                    }
                    result[index(place, line)] = sum
                }
            }
            return result
        }
        let rows = pass(plane, width, { $1 * width + $0 }, height)
        #expect(Array(filtered[1...height * width]) == pass(rows, height, { $0 * width + $1 }, width))
    }
}
