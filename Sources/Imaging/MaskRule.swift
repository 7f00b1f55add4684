/// Decides which pixels of an image file a mask labels.
///
/// - Black is the background, and what differs from it is labelled. Where no pixel is black, the most frequent colour is the
///   background.
/// - Two values, and label numbers up to 31, are taken as they are. Of other values, those from half of the largest on are
///   labelled: compression by JPEG and smooth edges turn zeros into small numbers.
/// - A palette is read by its indices. Its background is index 0 if that is black, else the most frequent one.
/// - Alpha decides where all colours are the same, and colours do where all pixels are transparent.
///
/// Values that are negative or not numbers count as black.
struct MaskRule {
    /// 1 for each labelled pixel of the stored raster, else 0.
    let labels: [UInt8]
    /// What was decided where that makes a difference to "labelled is what is not black".
    let remark: String?
    /// Samples that are not numbers.
    let notNumbers: Int

    /// Label maps have few classes; a larger number is a shade.
    static let largestLabel = 31

    init(_ pixels: NativeCodecs.Pixels, _ header: NativeCodecs.Header, format: ImageFormat) {
        let count = header.pixelCount
        var colours = header.hasAlpha ? Array(pixels.values.dropLast(count)) : pixels.values
        notNumbers = header.isFloat ? colours.count { $0.isNaN } : 0
        let alpha = header.hasAlpha ? Array(pixels.values.suffix(count)) : nil
        var indices: MaskIndices?
        if header.colour == .palette {
            indices = MaskIndices(colours, palette: pixels.palette)
            colours = (0..<3).flatMap { channel in colours.map { pixels.palette[3 * Int($0) + channel] } }
        }
        let raw = MaskShades(colours, count: count, isFloat: header.isFloat)
        let seen = alpha.map { raw.composited($0) } ?? raw
        let scale = LabelScale(header, format)

        let plain = seen.isLit
        let isMixed = alpha.map { $0.contains(0) && !$0.allSatisfy { $0 == 0 } } ?? false
        var reading: (labels: [UInt8], words: String)?
        if let indices, !isMixed {
            reading = indices.labels(raw, scale)
        } else {
            let isLabelled = indices.map { $0.used.count <= Self.largestLabel + 1 } ?? false
            reading = seen.labels(isLabelled ? .labels : scale)
            if reading == nil, let alpha {
                if let opaque = MaskShades(alpha, count: count, isFloat: header.isFloat).labels(.shades) {
                    reading = (opaque.labels, "has one colour only, so its opaque pixels are labelled")
                } else if let coloured = raw.labels(scale) {
                    reading = (coloured.labels, "is transparent all over, so it is read by its colours")
                }
            }
        }
        let labels = reading?.labels ?? plain
        self.labels = labels
        guard labels != plain, let words = reading?.words else {
            remark = nil
            return
        }
        remark = "\(words): \(labels.count { $0 != 0 }) of \(count) pixels"
    }
}

/// Whether values may be the numbers of labels.
enum LabelScale {
    /// They are.
    case labels
    /// They are not: lossy compression, or fewer bits than label maps have.
    case shades
    /// They are where all of them are small whole numbers after multiplication.
    case factor(Float)

    init(_ header: NativeCodecs.Header, _ format: ImageFormat) {
        if format == .jpeg || header.bitDepth < 8 && !(header.colour == .palette) {
            self = .shades
        } else if header.isFloat {
            self = .factor(1)
        } else {
            self = .factor(header.bitDepth == 16 ? 65535 : 255)
        }
    }

    /// The largest value as the file has it.
    func words(_ value: Float) -> String {
        let scaled: Float = if case .factor(let factor) = self { value * factor } else { value * 255 }
        return scaled == scaled.rounded() && scaled < 1e6 ? "\(Int(scaled))" : "\(scaled)"
    }

    func areLabels(_ values: [Float]) -> Bool {
        switch self {
        case .labels: true
        case .shades: false
        case .factor(let factor):
            values.allSatisfy { value in
                let number = (value * factor).rounded()
                return number <= Float(MaskRule.largestLabel) && abs(value * factor - number) <= 1e-3
            }
        }
    }
}
