/// The orientation of a stored raster, as EXIF and TIFF number it (tag 274, 1...8): where its first row and column belong.
struct Orientation: Equatable {
    let code: Int

    /// Other numbers than 1...8 mean nothing: the raster is taken to be upright.
    init(code: Int) { self.code = (1...8).contains(code) ? code : 1 }

    /// Rows of the raster are columns of the upright image.
    var swapsAxes: Bool { code >= 5 }

    /// Turns a stored raster into the upright image.
    func upright(_ stored: PlanarImage) -> PlanarImage {
        if code == 1 { return stored }
        let (width, height) = (stored.width, stored.height)
        let (right, down) = (1, width)
        let lastColumn = width - 1
        let lastRow = (height - 1) * width
        // Where the upright image's first pixel lies in the raster, and the steps to its next column and next row.
        let (origin, columnStep, rowStep) =
            switch code {
            case 2: (lastColumn, -right, down)
            case 3: (lastRow + lastColumn, -right, -down)
            case 4: (lastRow, right, -down)
            case 5: (0, down, right)
            case 6: (lastRow, -down, right)
            case 7: (lastRow + lastColumn, -down, -right)
            default: (lastColumn, down, -right)
            }
        let (uprightWidth, uprightHeight) = swapsAxes ? (height, width) : (width, height)
        let values = unsafe [Float](unsafeUninitializedCapacity: stored.values.count) { buffer, count in
            let source = stored.values.span
            for channel in 0..<stored.channels {
                for y in 0..<uprightHeight {
                    var position = channel * width * height + origin + y * rowStep
                    for _ in 0..<uprightWidth {
                        unsafe buffer.initializeElement(at: count, to: source[position])
                        position += columnStep
                        count += 1
                    }
                }
            }
        }
        return PlanarImage(width: uprightWidth, height: uprightHeight, channels: stored.channels, values: values)
    }
}
