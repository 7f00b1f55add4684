/// A set of pixels of an image: an annotated or a predicted region.
public struct Mask: Sendable, Equatable {
    /// The size in pixels, at least 1.
    public let width, height: Int
    /// 1 inside the region, 0 outside, in rows from top to bottom. The count must stay `width * height`.
    public var values: [UInt8]

    /// - Parameter values: `width * height` values.
    public init(width: Int, height: Int, values: [UInt8]) {
        guard width > 0, height > 0, values.count == width * height else {
            fatalError("Mask: \(values.count) values for \(width) x \(height)")
        }
        (self.width, self.height, self.values) = (width, height, values)
    }

    /// The number of set pixels.
    public var area: Int { values.count { $0 != 0 } }

    /// Reads a mask from the contents of an image file, see `DecodedMask`.
    public static func decode(
        bytes: [UInt8], name: String, limits: DecodeLimits = .init()
    ) throws(ImagingError) -> Mask {
        try DecodedMask.decode(bytes: bytes, name: name, limits: limits).mask
    }

    /// An 8-bit grey PNG with 255 inside the region and 0 outside.
    public func pngBytes() -> [UInt8] {
        do {
            return try NativeCodecs.png(
                samples: values.map { $0 == 0 ? 0 : 255 }, width: width, height: height, channels: 1)
        } catch {
            // The image that the mask belongs to took more memory.
            fatalError("cannot encode a mask of \(width) x \(height): \(error.message)")
        }
    }

    /// The mask at another size. Each new pixel takes the value of the old pixel under its centre.
    public func resized(width: Int, height: Int) -> Mask {
        if width == self.width && height == self.height { return self }
        let columns = (0..<width).map { (2 * $0 + 1) * self.width / (2 * width) }
        var resized: [UInt8] = []
        resized.reserveCapacity(width * height)
        for y in 0..<height {
            let row = (2 * y + 1) * self.height / (2 * height) * self.width
            for column in columns { resized.append(values[row + column]) }
        }
        return Mask(width: width, height: height, values: resized)
    }
}

/// A mask and the properties of its file.
public struct DecodedMask: Sendable, Equatable {
    public let mask: Mask
    public let info: ImageInfo
    /// Warnings for the user about the interpretation of the file. Each one continues a sentence that starts with the
    /// file's name.
    public let remarks: [String]

    /// Reads a mask from an image file of any readable format. `MaskRule` decides which pixels are labelled.
    public static func decode(path: String, limits: DecodeLimits = .init()) throws(ImagingError) -> DecodedMask {
        try DecodedMask(EncodedImage(path: path, limits), limits)
    }

    /// Reads a mask from the contents of a file.
    ///
    /// - Parameters:
    ///   - name: the file name for messages and for the check of its extension.
    ///   - checksExtension: false if the result must depend on the bytes only; see `ImageFormat.check`.
    public static func decode(
        bytes: [UInt8], name: String, limits: DecodeLimits = .init(), checksExtension: Bool = true
    ) throws(ImagingError) -> DecodedMask {
        try DecodedMask(EncodedImage(bytes: bytes, name: name, checksExtension: checksExtension), limits)
    }

    private init(_ file: EncodedImage, _ limits: DecodeLimits) throws(ImagingError) {
        let (header, pixels, info) = try file.decoded(limits, as: .samples)
        let rule = MaskRule(pixels, header)
        mask = Mask(width: header.width, height: header.height, values: rule.labels)
            .upright(Orientation(code: info.orientation))
        self.info = info
        remarks = DecodedMask.remarks(rule, mask, info)
    }

    private static func remarks(_ rule: MaskRule, _ mask: Mask, _ info: ImageInfo) -> [String] {
        var remarks = [rule.remark].compactMap { $0 }
        if rule.notNumbers > 0 {
            remarks.append("holds \(rule.notNumbers) values that are not numbers, which count as background")
        }
        if info.strayBytes > 0 { remarks.append(ImageInfo.strayBytesRemark(info.strayBytes)) }
        if mask.coversEdge, mask.area < mask.values.count, 2 * mask.area > mask.values.count {
            remarks.append(
                "labels the whole edge of the image and \(mask.area) of \(mask.values.count) pixels: invert it if it marks "
                    + "what is sound")
        }
        return remarks
    }
}

extension Mask {
    fileprivate func upright(_ orientation: Orientation) -> Mask {
        let image = orientation.upright(
            PlanarImage(width: width, height: height, channels: 1, values: values.map { Float($0) }))
        return Mask(width: image.width, height: image.height, values: image.values.map { UInt8($0) })
    }

    /// True if all pixels at the image's border are set.
    fileprivate var coversEdge: Bool {
        values.indices.allSatisfy { index in
            let (y, x) = index.quotientAndRemainder(dividingBy: width)
            let isInside = x > 0 && x + 1 < width && y > 0 && y + 1 < height
            return isInside || values[index] != 0
        }
    }
}
