import Imaging
import Testing

@Suite struct PeakRegionTests {
    @Test("The region holds the pixels around the peak that reach half of the range, also across corners")
    func region() throws {
        let map = FloatMap(
            width: 6, height: 4,
            values: [
                0, 0, 0, 0, 0, 9,
                0, 5, 0, 0, 0, 0,
                0, 0, 10, 6, 0, 0,
                0, 0, 4.9, 0, 0, 0,
            ])
        let region = try #require(PeakRegion(of: map))
        #expect((region.x, region.y) == (2, 2))
        #expect((region.width, region.height, region.area) == (3, 2, 3))
        #expect("\(region)" == "3 x 2 pixels around x 2, y 2")
    }

    @Test("Of equal peaks, the first in rows from the top counts")
    func equalPeaks() throws {
        let region = try #require(PeakRegion(of: FloatMap(width: 3, height: 2, values: [-1, 0, 1, 1, 0, 0])))
        #expect((region.x, region.y, region.area) == (2, 0, 5))
    }

    @Test("Values that are not finite are left out; a flat map has no region")
    func notFinite() throws {
        let map = FloatMap(width: 4, height: 1, values: [.infinity, 2, .nan, 1])
        let region = try #require(PeakRegion(of: map))
        #expect((region.x, region.y, region.width, region.area) == (1, 0, 1, 1))
        #expect(PeakRegion(of: FloatMap(width: 2, height: 1, values: [3, 3])) == nil)
        #expect(PeakRegion(of: FloatMap(width: 2, height: 1, values: [.nan, -.infinity])) == nil)
    }

    @Test("A range beyond the largest number is halved without overflow")
    func extremes() throws {
        let largest = Float.greatestFiniteMagnitude
        let region = try #require(PeakRegion(of: FloatMap(width: 3, height: 1, values: [-largest, largest, 1])))
        #expect((region.x, region.width, region.area) == (1, 2, 2))
    }
}
