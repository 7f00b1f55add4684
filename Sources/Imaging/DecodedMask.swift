/// A mask from a file, with what its file says about it.
public struct DecodedMask: Sendable, Equatable {
    public let mask: Mask
    public let info: ImageInfo
    /// What a user has to know of how the file was read: each goes on after the file's name.
    public let remarks: [String]

    /// Reads a mask from an image file of any readable format. `MaskRule` says which pixels are labelled.
    public static func decode(path: String, limits: DecodeLimits = .init()) throws(ImagingError) -> DecodedMask {
        let bytes = try FileBytes.read(path: path, maximumBytes: limits.maximumFileBytes)
        return try decode(bytes: bytes, name: path, limits: limits)
    }

    /// Reads a mask from the contents of a file.
    ///
    /// - Parameters:
    ///   - name: for messages, and for its extension.
    ///   - checksExtension: false where the result must depend on the bytes alone; see `ImageFormat.check`.
    public static func decode(
        bytes: [UInt8], name: String, limits: DecodeLimits = .init(), checksExtension: Bool = true
    ) throws(ImagingError) -> DecodedMask {
        let file = EncodedImage(bytes: bytes, name: name, checksExtension: checksExtension)
        let (header, pixels, info) = try file.decoded(limits, as: .samples)
        let rule = MaskRule(pixels, header, format: info.format)
        let mask = Mask(width: header.width, height: header.height, values: rule.labels)
            .upright(Orientation(code: info.orientation))
        return DecodedMask(mask: mask, info: info, remarks: remarks(rule, mask, info))
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

    /// All pixels at the border of the image are set.
    fileprivate var coversEdge: Bool {
        values.indices.allSatisfy { index in
            let (y, x) = index.quotientAndRemainder(dividingBy: width)
            let isInside = x > 0 && x + 1 < width && y > 0 && y + 1 < height
            return isInside || values[index] != 0
        }
    }
}
