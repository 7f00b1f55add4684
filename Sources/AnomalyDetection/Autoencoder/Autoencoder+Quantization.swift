import Imaging
import NeuralNetworks

/// The network with 8-bit integers. Needs the engine `openblas`.
extension Autoencoder {
    /// The ranges of the values in the network on images of the grid's size.
    package func ranges(_ images: [PlanarImage]) -> [ConvolutionRanges] {
        engine.ranges(inputs(views(reduced(images))))
    }

    /// The network of the payload, for these ranges.
    package func quantization(_ ranges: [ConvolutionRanges]) -> NetworkQuantization {
        NetworkQuantization(payload.network, parameters: payload.parameters, ranges: ranges)
    }

    /// Computes with 8 bits from now on.
    package func load(_ quantization: NetworkQuantization) throws { try engine.load(payload.parameters, quantization) }
}
