/// The orientation of a stored raster, numbered as in EXIF and TIFF (tag 274, 1...8).
struct Orientation: Equatable {
    let code: Int

    /// Codes outside 1...8 count as upright.
    init(code: Int) { self.code = (1...8).contains(code) ? code : 1 }

    /// True if rows of the raster are columns of the upright image.
    var swapsAxes: Bool { code >= 5 }

    /// Applies the orientation to a stored raster.
    func upright(_ stored: PlanarImage) -> PlanarImage {
        if code == 1 { return stored }
        let (width, height) = (stored.width, stored.height)
        let (right, down) = (1, width)
        let lastColumn = width - 1
        let lastRow = (height - 1) * width
        // The index of the upright image's first pixel in the raster, and the steps to the next column and row.
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

/// Finds the orientation in the EXIF data of a JPEG, PNG or WebP. Missing or invalid EXIF counts as upright, because it
/// does not affect the pixels. TIFF stores the same tag in its directory.
enum ExifOrientation {
    static func find(in bytes: [UInt8], format: ImageFormat) -> Orientation {
        let block =
            switch format {
            case .jpeg: jpegBlock(bytes)
            case .png: pngBlock(bytes)
            case .webp: webPBlock(bytes)
            case .tiff, .bmp, .pnm, .jpeg2000: nil as ArraySlice<UInt8>?
            }
        return Orientation(code: block.flatMap(orientationTag) ?? 1)
    }

    private static let heading: [UInt8] = [0x45, 0x78, 0x69, 0x66, 0, 0]

    /// The EXIF data of a JPEG: the first APP1 segment that starts with "Exif".
    private static func jpegBlock(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        ImageChunks.ofJPEG(bytes).first { $0.marker == 0xE1 && $0.content.starts(with: heading) }?.content.dropFirst(6)
    }

    /// The EXIF data of a PNG: its eXIf chunk, before or after the image data.
    private static func pngBlock(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        ImageChunks.ofPNG(bytes).first { $0.name.elementsEqual("eXIf".utf8) }?.content
    }

    /// The EXIF data of a WebP: its EXIF chunk, which some programs begin as in JPEG.
    private static func webPBlock(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        let content = ImageChunks.ofWebP(bytes).first { $0.name.elementsEqual("EXIF".utf8) }?.content
        return content.map { $0.starts(with: heading) ? $0.dropFirst(6) : $0 }
    }

    /// Tag 274 of the first directory in EXIF data, which has the layout of a TIFF.
    private static func orientationTag(_ slice: ArraySlice<UInt8>) -> Int? {
        let exif = Array(slice)
        guard exif.count >= 8, exif[0] == exif[1], exif[0] == 0x49 || exif[0] == 0x4D else { return nil }
        let isLittleEndian = exif[0] == 0x49
        func number(at position: Int, bytes: Int) -> Int? {
            isLittleEndian ? exif.little(at: position, bytes) : exif.big(at: position, bytes)
        }
        guard number(at: 2, bytes: 2) == 42, let directory = number(at: 4, bytes: 4),
            let entries = number(at: directory, bytes: 2)
        else { return nil }
        for entry in 0..<entries {
            let position = directory + 2 + 12 * entry
            guard let tag = number(at: position, bytes: 2) else { return nil }
            if tag == 274 {
                guard number(at: position + 2, bytes: 2) == 3 else { return nil }  // 3: SHORT
                return number(at: position + 8, bytes: 2)
            }
        }
        return nil
    }
}
