import SeededRandom

/// A data set for trying out anomaly detection, made by formulas alone, in the folder layout of MVTec AD: for each
/// material normal images to train on, and test images, some normal and some with a defect and an exact mask.
///
/// Every image is a pure function of the seed, its path and the size: the same bytes on every machine (only
/// correctly-rounded arithmetic is used), whatever the number of images and the order in which they are made.
public struct DemoDataSet: Sendable {
    /// One image of the set.
    public struct Entry: Hashable, Sendable {
        public let material: DemoMaterial
        /// Nil for a normal image.
        public let defect: DemoDefect?
        /// Relative to the set's folder, such as `wood/test/scratch/003.png`.
        public let path: String
        /// Such as `wood/ground_truth/scratch/003_mask.png`; nil for a normal image.
        public let maskPath: String?
    }

    public let seed: UInt64
    /// Width and height of every image in pixels.
    public let size: Int
    /// All images, sorted by path.
    public let entries: [Entry]

    /// - Parameters:
    ///   - size: width and height in pixels, 64 to 2048. All sizes show the same patterns; below 64 the threads of
    ///     the cloth would blur.
    ///   - trainCount: normal images to train on for each material, 0 to 1000.
    ///   - testGoodCount: normal test images for each material, 0 to 1000.
    ///   - testDefectCount: test images for each kind of defect of each material, 0 to 1000.
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

    /// The image of an entry, with its mask when it has a defect.
    public func image(for entry: Entry) -> DemoImage {
        var random = SeededGenerator(seed: seed, stream: entry.path)
        let texture = entry.material.texture(from: &random)
        let clean = SurfaceRenderer(size: size).render(texture)
        guard let defect = entry.defect else { return DemoImage(width: size, height: size, rgb: clean, mask: nil) }
        let overlay = defect.overlay(on: entry.material, from: &random)
        return SurfaceRenderer(size: size).render(overlay, on: texture, clean: clean)
    }

    /// The image of an entry as it would be without its defect.
    public func cleanImage(for entry: Entry) -> DemoImage {
        var random = SeededGenerator(seed: seed, stream: entry.path)
        let rgb = SurfaceRenderer(size: size).render(entry.material.texture(from: &random))
        return DemoImage(width: size, height: size, rgb: rgb, mask: nil)
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

    /// Three digits, so that the order of the names is the order of the images.
    private static func number(_ index: Int) -> String {
        String(repeating: "0", count: max(0, 3 - String(index).count)) + String(index)
    }
}
