import BinaryCoding
import ContentStore

/// Random directions of feature space with the spread of normal patches along them, as one file.
package struct RandomPayload: Sendable, Equatable {
    /// Version 2: patches outside the object left out. Version 1: initial.
    package static let format = FileFormat(magic: "NOMRANDM", version: 2)
    private static let maximumDimensions = 1 << 14, maximumDirections = 1 << 16

    var source: FeatureSource
    /// directions x dimensions.
    var directions: [Float]
    /// The median of normal patches along each direction.
    var medians: [Float]
    /// The median absolute deviation from it, above 0.
    var deviations: [Float]

    var count: Int { medians.count }
    var dimensions: Int { directions.count / max(1, count) }

    package var bytes: [UInt8] {
        var writer = ByteWriter(Self.format)
        source.write(to: &writer)
        writer.write(block: medians)
        writer.write(block: deviations)
        writer.write(block: directions)
        return writer.bytes
    }

    /// - Throws: `FormatError`.
    package init(bytes: [UInt8], name file: String) throws(FormatError) {
        var reader = try ByteReader(bytes, Self.format, name: file)
        source = try FeatureSource(from: &reader, name: file)
        medians = try reader.readBlock(of: Float.self)
        deviations = try reader.readBlock(of: Float.self)
        directions = try reader.readBlock(of: Float.self)
        try reader.finish()
        guard (1...Self.maximumDirections).contains(medians.count), deviations.count == medians.count,
            directions.count % medians.count == 0, (1...Self.maximumDimensions).contains(dimensions)
        else {
            throw .damaged(
                file, what: "\(directions.count) numbers for \(medians.count) directions")
        }
        guard (medians + directions).allSatisfy(\.isFinite), deviations.allSatisfy({ $0.isFinite && $0 > 0 }) else {
            throw .damaged(file, what: "a direction or spread that is not finite or not above 0")
        }
    }

    package init(
        backbone: Digest, taps: [String], foreground: Bool = false, directions: [Float], medians: [Float],
        deviations: [Float]
    ) {
        source = FeatureSource(backbone: backbone, taps: taps, foreground: foreground)
        (self.directions, self.medians, self.deviations) = (directions, medians, deviations)
    }
}
