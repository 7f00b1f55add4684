import BinaryCoding
import ContentStore

/// Normal distributions of patch features, as one file: one for all places of an image, or one for each.
package struct GaussianPayload: Sendable, Equatable {
    /// Version 2: patches outside the object left out. Version 1: initial.
    package static let format = FileFormat(magic: "NOMGAUSS", version: 2)
    private static let maximumDimensions = 1 << 12, maximumPlaces = 1 << 24

    var source: FeatureSource
    /// The numbers of the features in use, in ascending order.
    var channels: [UInt32]
    /// places x channels.
    var means: [Float]
    /// The Cholesky factors of the covariances: places x packed lower triangle.
    var factors: [Float]

    var dimensions: Int { channels.count }
    var places: Int { means.count / max(1, dimensions) }

    package var bytes: [UInt8] {
        var writer = ByteWriter(Self.format)
        source.write(to: &writer)
        writer.write(block: channels)
        writer.write(block: means)
        writer.write(block: factors)
        return writer.bytes
    }

    /// - Throws: `FormatError`.
    package init(bytes: [UInt8], name file: String) throws(FormatError) {
        var reader = try ByteReader(bytes, Self.format, name: file)
        source = try FeatureSource(from: &reader, name: file)
        channels = try reader.readBlock(of: UInt32.self)
        means = try reader.readBlock(of: Float.self)
        factors = try reader.readBlock(of: Float.self)
        try reader.finish()
        guard (1...Self.maximumDimensions).contains(channels.count), zip(channels, channels.dropFirst()).allSatisfy(<),
            means.count % channels.count == 0, (1...Self.maximumPlaces).contains(places),
            factors.count % places == 0, factors.count / places == Cholesky.count(dimensions)
        else {
            throw .damaged(
                file,
                what: "\(means.count) means and \(factors.count) factors for \(channels.count) channels")
        }
        guard means.allSatisfy(\.isFinite), factors.allSatisfy(\.isFinite) else {
            throw .damaged(file, what: "a number of a distribution is not finite")
        }
        for place in 0..<places {
            for row in 0..<dimensions {
                let diagonal = factors[place * Cholesky.count(dimensions) + Cholesky.count(row) + row]
                guard diagonal > 0 else { throw .damaged(file, what: "a factor that is not positive") }
            }
        }
    }

    package init(
        backbone: Digest, taps: [String], foreground: Bool = false, channels: [UInt32], means: [Float], factors: [Float]
    ) {
        (source, self.channels) = (FeatureSource(backbone: backbone, taps: taps, foreground: foreground), channels)
        (self.means, self.factors) = (means, factors)
    }
}
