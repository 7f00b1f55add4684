import Foundation
import PythonTestSupport
import SeededRandom
import Testing

@testable import Imaging

@Suite struct MapRegionTests {
    @Test("A region has its box, area, centroid, peak, mean and pixels; corners connect")
    func region() throws {
        let map = FloatMap(
            width: 6, height: 4,
            values: [
                0, 0, 0, 0, 0, 9,
                0, 5, 0, 0, 0, 0,
                0, 0, 7, 6, 0, 0,
                0, 0, 4.9, 0, 0, 0,
            ])
        let regions = MapRegion.regions(of: map, atOrAbove: 5)
        #expect(regions.map(\.peak) == [9, 7])
        let region = regions[1]
        #expect((region.left, region.top, region.width, region.height, region.area) == (1, 1, 3, 2, 3))
        #expect((region.centroidX, region.centroidY) == (2, 5.0 / 3))
        #expect((region.peakX, region.peakY, region.mean) == (2, 2, 6))
        #expect(ImageRegions.columnRuns(compressed: region.counts) == [5, 1, 4, 1, 3, 1, 9])
        #expect(region.areaSquareMillimetres == nil)
    }

    @Test("Regions come by peak; of equal ones, by place in rows from the top")
    func order() {
        let map = FloatMap(width: 5, height: 3, values: [0, 0, 2, 0, 3, 0, 0, 0, 0, 0, 2, 0, 0, 0, 3])
        #expect(
            MapRegion.regions(of: map, atOrAbove: 1).map { [$0.left, $0.top] } == [[4, 0], [4, 2], [2, 0], [0, 2]])
    }

    @Test("Values that are not finite belong to no region; a low map has none, a high map one")
    func limits() {
        let map = FloatMap(width: 4, height: 1, values: [.infinity, 2, .nan, 1])
        #expect(MapRegion.regions(of: map, atOrAbove: 1).map(\.area) == [1, 1])
        #expect(MapRegion.regions(of: map, atOrAbove: 3).isEmpty)
        let whole = MapRegion.regions(of: FloatMap(width: 3, height: 2, values: [4, 4, 4, 4, 4, 4]), atOrAbove: -1)
        #expect(whole.count == 1 && ImageRegions.columnRuns(compressed: whole[0].counts) == [0, 6])
    }

    @Test("Of many specks, those of the highest peaks are kept")
    func specks() {
        let side = 64
        let values = (0..<side * side).map { $0 % side % 2 == 0 && $0 / side % 2 == 0 ? Float(1 + $0) : 0 }
        let regions = MapRegion.regions(of: FloatMap(width: side, height: side, values: values), atOrAbove: 1)
        #expect(regions.count == MapRegion.limit)
        #expect(regions.map(\.peak) == values.sorted(by: >).prefix(MapRegion.limit).map { $0 })
    }

    /// Maps with regions of all shapes: nested, touching by corners, at borders.
    private static func map(_ number: UInt64) -> FloatMap {
        var random = SeededGenerator(seed: number, stream: "map")
        let (width, height) = (1 + random.integer(below: 24), 1 + random.integer(below: 24))
        return FloatMap(
            width: width, height: height, values: (0..<width * height).map { _ in Float(random.integer(below: 7)) })
    }

    @Test("Every pixel at or above the threshold is in one region, and neighbours are in the same one")
    func partition() throws {
        for number in 0..<200 {
            let map = Self.map(UInt64(number)), threshold = Float(1 + number % 6)
            var owner = [Int](repeating: -1, count: map.values.count)
            for (index, region) in MapRegion.regions(of: map, atOrAbove: threshold).enumerated() {
                let runs = try #require(ImageRegions.columnRuns(compressed: region.counts))
                #expect(runs.reduce(0, +) == map.values.count && !runs.dropFirst().contains(0))
                let mask = ImageRegions(shapes: [.columnRuns(runs)]).mask(width: map.width, height: map.height)
                let pixels = mask.values.indices.filter { mask.values[$0] == 1 }
                #expect(pixels.allSatisfy { owner[$0] == -1 } && pixels.count == region.area)
                for pixel in pixels { owner[pixel] = index }
                let (xs, ys) = (pixels.map { $0 % map.width }, pixels.map { $0 / map.width })
                #expect(xs.min() == region.left && xs.max() == region.left + region.width - 1)
                #expect(ys.min() == region.top && ys.max() == region.top + region.height - 1)
                #expect(map.values[region.peakY * map.width + region.peakX] == region.peak)
                #expect(pixels.map { map.values[$0] }.max() == region.peak)
                #expect(abs(region.centroidX - Double(xs.reduce(0, +)) / Double(xs.count)) < 1e-12)
            }
            for (pixel, value) in map.values.enumerated() {
                #expect((owner[pixel] >= 0) == (value >= threshold))
                let (x, y) = (pixel % map.width, pixel / map.width)
                for (right, below) in [(1, 0), (0, 1), (1, 1), (-1, 1)] where owner[pixel] >= 0 {
                    guard (0..<map.width).contains(x + right), y + below < map.height else { continue }
                    let other = owner[pixel + below * map.width + right]
                    #expect(other == -1 || other == owner[pixel])
                }
            }
        }
    }

    @Test(
        "scipy finds the same regions, and pycocotools the same areas, boxes and pixels",
        .enabled(if: ProjectPython.isInstalled, "\(ProjectPython.remedy)"))
    func references() throws {
        struct Example: Encodable {
            var width, height: Int
            var values: [Float]
            var threshold: Float
            var regions: [MapRegion]
        }
        let examples = (0..<100).map { number in
            let map = Self.map(1000 + UInt64(number)), threshold = Float(1 + number % 6)
            return Example(
                width: map.width, height: map.height, values: map.values, threshold: threshold,
                regions: MapRegion.regions(of: map, atOrAbove: threshold))
        }
        let script = """
            import json, sys
            import numpy as np
            from pycocotools import mask
            from scipy import ndimage
            for example in json.load(sys.stdin):
                values = np.array(example["values"]).reshape(example["height"], example["width"])
                labels, count = ndimage.label(values >= example["threshold"], np.ones((3, 3)))
                assert count == len(example["regions"])
                seen = set()
                for region in example["regions"]:
                    rle = {"size": [example["height"], example["width"]], "counts": region["counts"].encode()}
                    pixels = mask.decode(rle).astype(bool)
                    label = labels[pixels][0]
                    assert (pixels == (labels == label)).all() and label not in seen
                    seen.add(label)
                    assert mask.area(rle) == region["area"]
                    assert mask.toBbox(rle).tolist() == [region[key] for key in ("left", "top", "width", "height")]
                    assert mask.encode(np.asfortranarray(pixels.astype(np.uint8)))["counts"] == rle["counts"]
                    y, x = ndimage.center_of_mass(pixels)
                    assert abs(y - region["centroidY"]) < 1e-9 and abs(x - region["centroidX"]) < 1e-9
                    assert abs(values[pixels].mean() - region["mean"]) < 1e-6
            print("equal")
            """
        let output = try ProjectPython.output(of: ["-c", script], input: JSONEncoder().encode(examples))
        #expect(String(decoding: output, as: UTF8.self) == "equal\n")
    }
}
