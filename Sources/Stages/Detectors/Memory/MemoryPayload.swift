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
    /// Version 2: patches outside the object left out. Version 1: initial.
    package static let format = FileFormat(magic: "NOMMEMOR", version: 2)
    private static let maximumDimensions = 1 << 14, maximumPoints = 1 << 24, maximumSide = 4096

    var source: FeatureSource
    var density: PatchDensity
    /// The mean and deviation of each dimension over all training patches.
    var mean, deviation: [Float]
    /// points x dimensions, standardised.
    var values: [Float]
    /// The mean distance of each point to its nearest training patches, above 0.
    var densities: [Float]
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
        writer.write(block: mean)
        writer.write(block: deviation)
        writer.write(block: densities)
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
            throw .damaged(file, at: 0, what: "an unknown use of density")
        }
        density = known
        mean = try reader.readBlock(of: Float.self)
        deviation = try reader.readBlock(of: Float.self)
        densities = try reader.readBlock(of: Float.self)
        cellWidth = try reader.readInt("the width of a patch", in: 1...Self.maximumSide)
        cellHeight = try reader.readInt("the height of a patch", in: 1...Self.maximumSide)
        cells = try reader.readBlock(of: UInt8.self)
        values = try reader.readBlock(of: Float.self)
        try reader.finish()
        guard (1...Self.maximumDimensions).contains(mean.count), deviation.count == mean.count,
            (1...Self.maximumPoints).contains(densities.count), values.count == densities.count * mean.count,
            cells.count == densities.count * cellBytes
        else {
            throw .damaged(
                file, at: 0,
                what: "\(values.count) values and \(cells.count) bytes of pictures for \(densities.count) points of "
                    + "\(mean.count) dimensions")
        }
        guard mean.allSatisfy(\.isFinite), values.allSatisfy(\.isFinite),
            deviation.allSatisfy({ $0.isFinite && $0 > 0 }), densities.allSatisfy({ $0.isFinite && $0 > 0 })
        else { throw .damaged(file, at: 0, what: "a number of the memory is not finite or not above 0") }
    }

    package init(
        backbone: Digest, taps: [String], foreground: Bool = false, density: PatchDensity, mean: [Float],
        deviation: [Float], values: [Float],
        densities: [Float], cellWidth: Int, cellHeight: Int, cells: [UInt8]
    ) {
        (source, self.density) = (FeatureSource(backbone: backbone, taps: taps, foreground: foreground), density)
        (self.mean, self.deviation, self.values, self.densities) = (mean, deviation, values, densities)
        (self.cellWidth, self.cellHeight, self.cells) = (cellWidth, cellHeight, cells)
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
