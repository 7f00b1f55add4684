import SeededRandom

/// A procedural data set for trying out anomaly detection, in the folder layout of MVTec AD. Each material has normal
/// training images, and test images that are either normal or have a defect with an exact mask.
///
/// An image is a pure function of the seed, its path and the size, whatever the number and order of images. It uses
/// only correctly rounded arithmetic, so its bytes are the same on every machine.
public struct DemoDataSet: Sendable {
    /// An image of the set.
    public struct Entry: Hashable, Sendable {
        public let material: DemoMaterial
        /// Nil for a normal image.
        public let defect: DemoDefect?
        /// The path relative to the set's folder, such as `wood/test/scratch/003.png`.
        public let path: String
        /// The path of the mask, such as `wood/ground_truth/scratch/003_mask.png`; nil for a normal image.
        public let maskPath: String?
    }

    public let seed: UInt64
    /// The width and height of every image in pixels.
    public let size: Int
    /// All images, sorted by path.
    public let entries: [Entry]

    /// - Parameters:
    ///   - size: the width and height in pixels, 64 to 2048. All sizes show the same patterns; below 64 the threads of
    ///     the cloth would blur.
    ///   - trainCount: the number of training images per material, 0 to 1000.
    ///   - testGoodCount: the number of normal test images per material, 0 to 1000.
    ///   - testDefectCount: the number of test images per defect and material, 0 to 1000.
    /// - Throws: `DemoDataError.parameterOutOfRange`.
    public init(
        seed: UInt64, size: Int = 128, trainCount: Int = 60, testGoodCount: Int = 20, testDefectCount: Int = 6
    ) throws(DemoDataError) {
        try Self.check("size", size, in: 64...2048)
        try Self.check("trainCount", trainCount, in: 0...1000)
        try Self.check("testGoodCount", testGoodCount, in: 0...1000)
        try Self.check("testDefectCount", testDefectCount, in: 0...1000)
        self.seed = seed
        self.size = size
        var entries: [Entry] = []
        for material in DemoMaterial.allCases {
            for index in 0..<trainCount { entries.append(Entry(normal: material, split: "train", index: index)) }
            for index in 0..<testGoodCount { entries.append(Entry(normal: material, split: "test", index: index)) }
            for defect in DemoDefect.allCases {
                for index in 0..<testDefectCount { entries.append(Entry(material, with: defect, index: index)) }
            }
        }
        self.entries = entries.sorted { $0.path < $1.path }
    }

    /// Renders the image of an entry, with its mask if it has a defect.
    public func image(for entry: Entry) -> DemoImage {
        var random = SeededGenerator(seed: seed, stream: entry.path)
        let texture = entry.material.texture(from: &random)
        let clean = SurfaceRenderer(size: size).render(texture)
        guard let defect = entry.defect else { return DemoImage(width: size, height: size, rgb: clean, mask: nil) }
        let overlay = defect.overlay(on: entry.material, from: &random)
        return SurfaceRenderer(size: size).render(overlay, on: texture, clean: clean)
    }

    private static func check(_ name: String, _ value: Int, in allowed: ClosedRange<Int>) throws(DemoDataError) {
        guard allowed.contains(value) else {
            throw .parameterOutOfRange(name: name, value: value, allowed: allowed)
        }
    }
}

extension DemoDataSet.Entry {
    fileprivate init(normal material: DemoMaterial, split: String, index: Int) {
        self.material = material
        defect = nil
        path = "\(material.rawValue)/\(split)/good/\(Self.number(index)).png"
        maskPath = nil
    }

    fileprivate init(_ material: DemoMaterial, with defect: DemoDefect, index: Int) {
        self.material = material
        self.defect = defect
        path = "\(material.rawValue)/test/\(defect.rawValue)/\(Self.number(index)).png"
        maskPath = "\(material.rawValue)/ground_truth/\(defect.rawValue)/\(Self.number(index))_mask.png"
    }

    /// At least three digits, so that the names sort in the order of the images.
    private static func number(_ index: Int) -> String {
        String(repeating: "0", count: max(0, 3 - String(index).count)) + String(index)
    }
}

/// An image of the demo data set.
public struct DemoImage: Equatable, Sendable {
    public let width: Int
    public let height: Int
    /// height x width x 3 bytes: red, green and blue of each pixel.
    public let rgb: [UInt8]
    /// height x width values: 1 if the defect changes the pixel, otherwise 0. Nil for a normal image.
    public let mask: [UInt8]?
}

/// A failure to create a demo data set.
public enum DemoDataError: Error, Equatable, Sendable {
    case parameterOutOfRange(name: String, value: Int, allowed: ClosedRange<Int>)
}

extension DemoDataError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .parameterOutOfRange(let name, let value, let allowed):
            "The demo data parameter '\(name)' is \(value), expected \(allowed.lowerBound) to \(allowed.upperBound); "
                + "choose a value in this range."
        }
    }
}
