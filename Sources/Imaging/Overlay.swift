/// Pictures of anomaly maps, for people.
public enum Overlay {
    /// The map as colours over a grey version of the image it belongs to.
    ///
    /// A map value is as opaque as it is high in the range, so that the product stays visible where nothing is wrong. The
    /// ground truth, if any, is drawn as a light line with a dark edge.
    ///
    /// - Parameters:
    ///   - image: grey or RGB; the picture has its size. Map and mask are resized to it where they differ.
    ///   - range: the map values that get the first colour (violet) and the last (yellow); values outside are moved to
    ///     its ends. NaN gets the first one.
    ///   - mask: the ground truth, where there is one.
    ///   - opacity: of the last colour, 0...1.
    /// - Returns: an RGB image.
    public static func render(
        image: PlanarImage, map: FloatMap, range: ClosedRange<Float>, mask: Mask?, opacity: Float = 0.6
    ) -> PlanarImage {
        let (width, height) = (image.width, image.height)
        let grey = image.convertedToGrey().values
        let levels = levels(map.resized(width: width, height: height), range)
        // Neither black nor white: over a grey image they would look like parts of it.
        let colours = Cubehelix.vividHeat.table(over: 0.2...0.8)
        var picture = PlanarImage(width: width, height: height, channels: 3, repeating: 0)
        for i in grey.indices {
            let colour = colours[Int(levels[i])]
            let share = opacity * Float(levels[i]) / 255
            let ground = grey[i] * (1 - share)
            picture.set(i, (ground + share * colour.red, ground + share * colour.green, ground + share * colour.blue))
        }
        if let mask {
            let mask = mask.resized(width: width, height: height)
            draw(MaskOutline(mask, thickness: thickness(width, height)), &picture)
        }
        return picture
    }

    /// The map alone as colours, from black for the lower end of the range to white for the upper.
    ///
    /// - Returns: an RGB image of the map's size.
    public static func heatMap(_ map: FloatMap, range: ClosedRange<Float>) -> PlanarImage {
        let colours = Cubehelix.heat.table()
        var picture = PlanarImage(width: map.width, height: map.height, channels: 3, repeating: 0)
        for (i, level) in levels(map, range).enumerated() { picture.set(i, colours[Int(level)]) }
        return picture
    }

    /// Where in the range each value lies, in 255ths.
    private static func levels(_ map: FloatMap, _ range: ClosedRange<Float>) -> [UInt8] {
        let span = Double(range.upperBound) - Double(range.lowerBound)
        return map.values.map { value in
            guard value > range.lowerBound else { return 0 }
            guard value < range.upperBound else { return 255 }
            return UInt8(((Double(value) - Double(range.lowerBound)) / span * 255).rounded())
        }
    }

    /// One pixel is hard to see in pictures that are shown scaled down.
    private static func thickness(_ width: Int, _ height: Int) -> Int { max(width, height) >= 512 ? 2 : 1 }

    private static func draw(_ outline: MaskOutline, _ picture: inout PlanarImage) {
        for i in outline.light.indices {
            if outline.light[i] { picture.set(i, (0.55, 1, 0.75)) }
            if outline.dark[i] { picture.set(i, (0, 0.15, 0.1)) }
        }
    }
}

extension PlanarImage {
    /// Sets the pixel with an index into a plane of an RGB image.
    fileprivate mutating func set(_ index: Int, _ colour: (red: Float, green: Float, blue: Float)) {
        let plane = width * height
        values[index] = colour.red
        values[plane + index] = colour.green
        values[2 * plane + index] = colour.blue
    }
}
