import Foundation
import Testing

@testable import Imaging

/// Compares with the pixels that pycocotools and Pillow fill (Fixtures/make_polygons.py).
@Suite struct ImageRegionsTests {
    private struct Fixtures: Decodable {
        struct Polygon: Decodable {
            var width, height: Int
            var corners: [Double]
            var coco: [Int]?
            var pillow: [Int]
        }

        struct Compressed: Decodable {
            var width, height: Int
            var counts: String
            var runs: [Int]
        }

        var polygons: [Polygon]
        var compressed: [Compressed]
    }

    private let fixtures: Fixtures

    init() throws {
        fixtures = try JSONDecoder().decode(
            Fixtures.self, from: Data(contentsOf: URL(filePath: Fixture.path("polygons.json"))))
    }

    /// The mask of runs along rows.
    private func mask(_ width: Int, _ height: Int, _ runs: [Int]) -> Mask {
        ImageRegions(shapes: [.rowRuns(left: 0, top: 0, width: width, height: height, runs: runs)])
            .mask(width: width, height: height)
    }

    @Test("Polygons are filled as by the COCO API")
    func coco() throws {
        for polygon in fixtures.polygons {
            guard let runs = polygon.coco else { continue }
            let found = ImageRegions(shapes: [.polygon(polygon.corners, .coco)]).mask(
                width: polygon.width, height: polygon.height)
            let expected = ImageRegions(shapes: [.columnRuns(runs)]).mask(width: polygon.width, height: polygon.height)
            #expect(found == expected, "\(polygon.corners)")
        }
    }

    @Test("Polygons of LabelMe are filled as by Pillow")
    func pillow() throws {
        for polygon in fixtures.polygons {
            let found = ImageRegions(shapes: [.polygon(polygon.corners, .pillow)]).mask(
                width: polygon.width, height: polygon.height)
            #expect(found == mask(polygon.width, polygon.height, polygon.pillow), "\(polygon.corners)")
        }
    }

    private struct DrawnShapes: Decodable {
        struct Shape: Decodable {
            var points: [[Double]]
            var runs: [Int]
        }

        var circles, lines: [Shape]
    }

    @Test("Circles and thick lines of LabelMe are filled as by Pillow")
    func drawnShapes() throws {
        // Fixtures/make_drawn_shapes.py
        let known = try JSONDecoder().decode(
            DrawnShapes.self, from: Data(contentsOf: URL(filePath: Fixture.path("drawn_shapes.json"))))
        func expectEqual(_ shapes: [ImageRegions.Shape], _ expected: DrawnShapes.Shape) {
            #expect(
                ImageRegions(shapes: shapes).mask(width: 40, height: 30) == mask(40, 30, expected.runs),
                "\(expected.points)")
        }
        #expect(known.circles.count > 40 && known.lines.count > 40)
        for circle in known.circles {
            let (middle, edge) = (circle.points[0], circle.points[1])
            let (across, down) = (middle[0] - edge[0], middle[1] - edge[1])
            let radius = (across * across + down * down).squareRoot()
            expectEqual(
                [
                    .ellipse(
                        left: Int(middle[0] - radius), top: Int(middle[1] - radius), right: Int(middle[0] + radius),
                        bottom: Int(middle[1] + radius))
                ], circle)
        }
        for line in known.lines { expectEqual(ImageRegions.line(line.points.flatMap(\.self), width: 10), line) }
    }

    @Test("An ellipse beyond the largest side holds no pixel, and one of it does not overflow")
    func largeEllipses() {
        let side = ImageRegions.largestEllipse
        func area(_ side: Int) -> Int {
            ImageRegions(shapes: [.ellipse(left: -side / 2, top: -side / 2, right: side / 2, bottom: side / 2)])
                .mask(width: 9, height: 9).area
        }
        #expect(area(side) == 81 && area(side + 2) == 0)
    }

    @Test("A polygon of LabelMe with many corners in few rows is filled in linear time", .timeLimit(.minutes(1)))
    func manyCorners() {
        // Two searches among all edges for each corner took minutes.
        var teeth: [Double] = [], star: [Double] = []
        for number in 0..<200_000 {
            teeth += [Double(number % 1000), Double(number % 2)]
            star += number % 2 == 0 ? [500, 50] : [Double(number % 1000), Double(number % 97)]
        }
        for corners in [teeth, star] {
            #expect(ImageRegions(shapes: [.polygon(corners, .pillow)]).mask(width: 1000, height: 100).area > 900)
        }
    }

    @Test("Compressed run lengths of the COCO API are read")
    func compressed() throws {
        for example in fixtures.compressed {
            let runs = try #require(ImageRegions.columnRuns(compressed: example.counts))
            let found = ImageRegions(shapes: [.columnRuns(runs)]).mask(width: example.width, height: example.height)
            let expected = ImageRegions(shapes: [.columnRuns(example.runs)]).mask(
                width: example.width, height: example.height)
            #expect(found == expected)
        }
    }

    @Test(
        "Compressed run lengths that are no numbers are refused",
        arguments: ["\u{1}", "o", "é", "~~~~~~~~~~~~~~~~", "0o"])
    func hostileRuns(text: String) {
        let runs = ImageRegions.columnRuns(compressed: text)
        #expect(runs == nil || runs!.allSatisfy { $0 >= 0 })
    }

    @Test("Shapes beyond the image are clipped, and their union is the mask")
    func union() {
        let regions = ImageRegions(shapes: [
            .rectangle(left: -5, top: -5, right: 0, bottom: 1), .rectangle(left: 3, top: 2, right: 9, bottom: 9),
            .rectangle(left: 4, top: 0, right: 3, bottom: 9), .rectangle(left: 50, top: 50, right: 60, bottom: 60),
            .columnRuns([.max, .max]), .columnRuns([-3, 2, 1, 1]), .polygon([], .coco), .polygon([1], .pillow),
            .rowRuns(left: 2, top: 0, width: 9, height: 1, runs: [0, 1]),
        ])
        #expect(regions.mask(width: 4, height: 3).values == [1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1])
    }
}
