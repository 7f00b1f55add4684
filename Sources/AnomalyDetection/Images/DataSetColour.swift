/// The decision, taken once for all normal images of a data set, if there is any colour in them.
///
/// It holds wherever images are changed: a camera without colours shows neither another white balance nor a coloured defect,
/// and colour alone would give every synthetic defect away.
public struct DataSetColour: Sendable, Equatable, Codable {
    /// True if every normal image is grey.
    public var isGrey: Bool

    public init(isGrey: Bool) { self.isGrey = isGrey }
}

extension PackedImage {
    /// The largest mean, over the pixels of a grey image, of the difference between a pixel's highest and lowest channel.
    static let greyMean = 0.01
    /// The largest such difference of a single pixel.
    static let greyPeak = 1.0 / 16

    /// True if the image has no colours, whatever the format of its file. Equal channels are the usual case. The two bounds admit
    /// what noise, chroma subsampling and the quantisation of JPEG leave in a grey image that was stored with three channels;
    /// a tint of the whole image exceeds the mean, a coloured spot the peak.
    public var isGrey: Bool {
        let plane = width * height
        var sum = 0, highest = 0
        for index in 0..<plane {
            let red = values[index], green = values[plane + index], blue = values[2 * plane + index]
            let spread = Int(max(red, green, blue) - min(red, green, blue))
            sum += spread
            highest = max(highest, spread)
        }
        return Double(highest) <= 65535 * PackedImage.greyPeak
            && Double(sum) <= 65535 * PackedImage.greyMean * Double(plane)
    }
}
