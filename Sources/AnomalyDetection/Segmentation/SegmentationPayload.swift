import BinaryCoding
import NeuralNetworks

/// A trained autoencoder and the network that marks what it changed, as one file.
public struct SegmentationPayload: Sendable, Equatable {
    /// Version 1: initial.
    public static let format = FileFormat(magic: "NOMSEGMN", version: 1)

    /// Without divisors of maps, since it makes none.
    public var autoencoder: AutoencoderPayload
    public var baseWidth: Int
    public var parameters: [Float]

    public init(autoencoder: AutoencoderPayload, baseWidth: Int, parameters: [Float]) {
        (self.autoencoder, self.baseWidth, self.parameters) = (autoencoder, baseWidth, parameters)
    }

    public var network: NetworkDescription { .segmentation(baseWidth: baseWidth) }

    public var bytes: [UInt8] {
        var writer = ByteWriter(Self.format)
        writer.write(block: autoencoder.bytes)
        writer.write(baseWidth)
        writer.write(block: parameters)
        return writer.bytes
    }

    /// - Throws: `FormatError`.
    public init(bytes: [UInt8], name file: String) throws(FormatError) {
        var reader = try ByteReader(bytes, Self.format, name: file)
        autoencoder = try AutoencoderPayload(bytes: try reader.readBlock(of: UInt8.self), name: file)
        baseWidth = try reader.readInt("the base width", in: 1...1024)
        parameters = try reader.readBlock(of: Float.self)
        try reader.finish()
        guard autoencoder.expectedErrors.isEmpty, autoencoder.contrastResponse == nil else {
            throw .damaged(
                file, what: "an autoencoder with expected errors, which a segmentation has no use for")
        }
        let expected = network.parameterCount
        guard parameters.count == expected else {
            throw .damaged(
                file, what: "\(parameters.count) parameters for a segmentation network of \(expected)")
        }
        guard parameters.allSatisfy(\.isFinite) else {
            throw .damaged(file, what: "a parameter of the segmentation network is not finite")
        }
    }
}
