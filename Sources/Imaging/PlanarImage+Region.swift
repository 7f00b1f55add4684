/// Images of which a part counts.
extension PlanarImage {
    /// The value of all pixels that do not count.
    public static let outside: Float = 0.5

    /// The image with a region of interest. Pixels outside become grey.
    ///
    /// - Parameter region: `height * width` values, nonzero inside; nil keeps the image as it is.
    public func restricted(to region: [UInt8]?) -> PlanarImage {
        guard let region else { return self }
        let plane = width * height
        guard region.count == plane else { fatalError("a region of \(region.count) pixels for \(width) x \(height)") }
        var result = self
        result.regionOfInterest = region
        for index in 0..<plane where region[index] == 0 {
            for channel in 0..<channels { result.values[channel * plane + index] = Self.outside }
        }
        return result
    }

    /// The region of interest at another size: the pixels that are made of pixels inside alone; nil if all pixels
    /// count.
    func resizedRegion(width: Int, height: Int) -> [UInt8]? {
        regionOfInterest.map {
            Mask(width: self.width, height: self.height, values: $0).eroded(width: width, height: height).values
        }
    }
}

extension Mask {
    /// The largest share of a pixel outside that rounding of the resampler explains.
    private static let tolerance: Float = 5e-7

    /// The mask at another size: set where an image at that size is made of set pixels alone.
    public func eroded(width: Int, height: Int) -> Mask {
        if width == self.width, height == self.height { return self }
        let shares = PlaneResampler(from: (self.width, self.height), to: (width, height)).resample(
            values.map { $0 == 0 ? 0 : 1 }, planes: 1)
        return Mask(width: width, height: height, values: shares.map { $0 >= 1 - Self.tolerance ? 1 : 0 })
    }

    /// True if all pixels are set.
    public var isFull: Bool { !values.contains(0) }
}

extension FloatMap {
    /// The map with its lowest value inside a mask in all places outside.
    public func lowered(outside mask: [UInt8]?) -> FloatMap {
        guard let mask else { return self }
        let lowest = inside(mask).min() ?? 0
        var map = self
        for index in map.values.indices where mask[index] == 0 { map.values[index] = lowest }
        return map
    }

    /// The values inside a mask, row by row; all values without one.
    public func inside(_ mask: [UInt8]?) -> [Float] { values.inside(mask) }
}

extension Array {
    /// The elements of pixels inside a mask; all without one.
    ///
    /// - Parameter mask: as many values, nonzero inside.
    public func inside(_ mask: [UInt8]?) -> [Element] {
        guard let mask else { return self }
        return zip(self, mask).compactMap { $1 == 0 ? nil : $0 }
    }
}
