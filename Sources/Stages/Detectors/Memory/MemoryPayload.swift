import BinaryCoding
import ContentStore

/// How the score relates a patch's distance to the density of the memory there (LDKNN, arXiv 2308.12577).
package enum PatchDensity: String, Codable, Sendable, CaseIterable {
    case none
    /// Minus the mean distance of the nearest memory point to its own neighbours.
    case subtract
    /// Divided by that distance.
    case divide
}

/// A memory of normal patches, as one file.
package struct MemoryPayload: Sendable, Equatable {
    /// Version 2: number of neighbours, covering radii, images of the points, extension; patches
    /// outside the object left out. Version 1: initial.
    package static let format = FileFormat(magic: "NOMMEMOR", version: 2)
    private static let maximumDimensions = 1 << 14, maximumPoints = 1 << 24, maximumSide = 4096
    private static let maximumNeighbours = 1 << 20

    var source: FeatureSource
    var density: PatchDensity
    /// The number of patches that each density was measured by.
    var neighbours: Int
    /// The mean and deviation of each dimension over all training patches.
    var mean, deviation: [Float]
    /// points x dimensions, standardised.
    var values: [Float]
    /// The mean distance of each point to its nearest training patches, above 0.
    var densities: [Float]
    /// The covering radius of the points up to each one: the largest distance of a sampled patch to the nearest of
    /// them. It never rises, so the last points are the ones that the others cover best.
    var radii: [Float]
    /// The digests of the image files that the points come from, in ascending order.
    package var images: [Digest]
    /// The place of each point's image in `images`.
    var owners: [UInt32]
    /// What the memory had been before new images were added; nil if it was filled from all images.
    package var extended: MemoryExtension?
    /// The size of the picture of a patch in pixels.
    var cellWidth, cellHeight: Int
    /// points x 3 x cellHeight x cellWidth.
    var cells: [UInt8]

    var dimensions: Int { mean.count }
    var count: Int { values.count / max(1, dimensions) }
    var cellBytes: Int { 3 * cellWidth * cellHeight }

    package var bytes: [UInt8] {
        var writer = ByteWriter(Self.format)
        source.write(to: &writer)
        writer.write(density.rawValue)
        writer.write(neighbours)
        writer.write(block: mean)
        writer.write(block: deviation)
        writer.write(block: densities)
        writer.write(block: radii)
        writer.write(images.count)
        for image in images { writer.write(image.hex) }
        writer.write(block: owners)
        writer.write(extended == nil ? 0 : 1)
        extended?.write(to: &writer)
        writer.write(cellWidth)
        writer.write(cellHeight)
        writer.write(block: cells)
        writer.write(block: values)
        return writer.bytes
    }

    /// - Throws: `FormatError`.
    package init(bytes: [UInt8], name file: String) throws(FormatError) {
        var reader = try ByteReader(bytes, Self.format, name: file)
        source = try FeatureSource(from: &reader, name: file)
        guard let known = PatchDensity(rawValue: try reader.readText()) else {
            throw .damaged(file, what: "an unknown use of density")
        }
        density = known
        neighbours = try reader.readInt("the number of neighbours", in: 1...Self.maximumNeighbours)
        mean = try reader.readBlock(of: Float.self)
        deviation = try reader.readBlock(of: Float.self)
        densities = try reader.readBlock(of: Float.self)
        radii = try reader.readBlock(of: Float.self)
        images = []
        for _ in 0..<(try reader.readInt("the number of images", in: 1...Self.maximumPoints)) {
            let text = try reader.readText()
            guard let image = try? Digest(hex: text), images.last.map({ $0 < image }) ?? true else {
                throw .damaged(file, what: "an invalid digest of an image, or images in another order")
            }
            images.append(image)
        }
        owners = try reader.readBlock(of: UInt32.self)
        if try reader.readInt("the number of extensions", in: 0...1) == 1 {
            extended = try MemoryExtension(from: &reader, name: file)
        }
        cellWidth = try reader.readInt("the width of a patch", in: 1...Self.maximumSide)
        cellHeight = try reader.readInt("the height of a patch", in: 1...Self.maximumSide)
        cells = try reader.readBlock(of: UInt8.self)
        values = try reader.readBlock(of: Float.self)
        try reader.finish()
        guard (1...Self.maximumDimensions).contains(mean.count), deviation.count == mean.count,
            (1...Self.maximumPoints).contains(densities.count), values.count == densities.count * mean.count,
            cells.count == densities.count * cellBytes, radii.count == densities.count,
            owners.count == densities.count
        else {
            throw .damaged(
                file,
                what: "\(values.count) values and \(cells.count) bytes of pictures for \(densities.count) points of "
                    + "\(mean.count) dimensions")
        }
        guard mean.allSatisfy(\.isFinite), values.allSatisfy(\.isFinite),
            deviation.allSatisfy({ $0.isFinite && $0 > 0 }), densities.allSatisfy({ $0.isFinite && $0 > 0 })
        else { throw .damaged(file, what: "a number of the memory is not finite or not above 0") }
        guard radii.allSatisfy({ $0.isFinite && $0 >= 0 }), zip(radii, radii.dropFirst()).allSatisfy({ $0 >= $1 })
        else {
            throw .damaged(file, what: "the covering radius of more points is larger")
        }
        guard owners.allSatisfy({ $0 < images.count }) else {
            throw .damaged(file, what: "a point of an image that is not listed")
        }
    }

    package init(
        backbone: Digest, taps: [String], foreground: Bool = false, density: PatchDensity, neighbours: Int,
        mean: [Float],
        deviation: [Float], values: [Float], densities: [Float], radii: [Float], images: [Digest], owners: [UInt32],
        extended: MemoryExtension? = nil, cellWidth: Int, cellHeight: Int, cells: [UInt8]
    ) {
        (source, self.density) = (FeatureSource(backbone: backbone, taps: taps, foreground: foreground), density)
        (self.mean, self.deviation, self.values, self.densities) = (mean, deviation, values, densities)
        (self.neighbours, self.radii, self.images, self.owners) = (neighbours, radii, images, owners)
        self.extended = extended
        (self.cellWidth, self.cellHeight, self.cells) = (cellWidth, cellHeight, cells)
    }

    /// Sets the image of each point.
    mutating func name(_ sources: [Digest]) {
        images = Set(sources).sorted()
        let places = Dictionary(uniqueKeysWithValues: images.enumerated().map { ($1, UInt32($0)) })
        owners = sources.map { places[$0]! }
    }

    /// Standardises patch features in place.
    func standardise(_ features: inout [Float]) {
        let factors = deviation.map { 1 / $0 }
        let count = dimensions
        unsafe features.withUnsafeMutableBufferPointer { features in
            for start in stride(from: 0, to: features.count, by: count) {
                for dimension in 0..<count {
                    unsafe features[start + dimension] =
                        (features[start + dimension] - mean[dimension]) * factors[dimension]
                }
            }
        }
    }
}

/// How a memory came from an earlier one.
package struct MemoryExtension: Sendable, Equatable {
    /// The digest of the model with the earlier memory.
    package var startedFrom: Digest
    /// The number of sampled patches of the new images, and of those that the earlier memory covered.
    package var sampled, covered: Int
    /// The numbers of points added and dropped.
    package var added, dropped: Int

    package init(startedFrom: Digest, sampled: Int, covered: Int, added: Int, dropped: Int) {
        (self.startedFrom, self.sampled, self.covered) = (startedFrom, sampled, covered)
        (self.added, self.dropped) = (added, dropped)
    }

    fileprivate func write(to writer: inout ByteWriter) {
        writer.write(startedFrom.hex)
        for number in [sampled, covered, added, dropped] { writer.write(number) }
    }

    fileprivate init(from reader: inout ByteReader, name file: String) throws(FormatError) {
        let text = try reader.readText()
        guard let digest = try? Digest(hex: text) else {
            throw .damaged(file, what: "an invalid digest of a model")
        }
        startedFrom = digest
        sampled = try reader.readInt("the number of sampled patches", in: 0...1 << 40)
        covered = try reader.readInt("the number of covered patches", in: 0...sampled)
        added = try reader.readInt("the number of added points", in: 0...sampled)
        dropped = try reader.readInt("the number of dropped points", in: 0...1 << 40)
    }

    /// In words, for logs and summaries.
    package var words: String {
        "\(covered) of \(sampled) sampled patches covered, \(added) points added"
            + (dropped > 0 ? ", \(dropped) dropped" : "")
    }
}
