/// Weights between their real shape and the padded one of a blocked layout, where padding channels have zero weights: then
/// their activations and gradients stay zero too.
struct PaddedWeights {
    private let weightSources: [Int32]  // for each real weight in order: its place in the padded weights
    private let biasSources: [Int32]
    let weightCount: Int
    let biasCount: Int
    private let parameterOffset: Int

    init(_ geometry: ConvolutionGeometry) {
        let convolution = geometry.convolution
        let area = convolution.kernelSize * convolution.kernelSize
        let inputs = PaddedWeights.places(geometry.inputChannelMap, real: convolution.inputChannels)
        let outputs = PaddedWeights.places(geometry.outputChannelMap, real: convolution.outputChannels)
        var places: [Int32] = []
        places.reserveCapacity(convolution.weightCount)
        for output in outputs {
            for input in inputs {
                let start = (output * geometry.inputChannels + input) * area
                for element in 0..<area { places.append(Int32(start + element)) }
            }
        }
        weightSources = places
        biasSources = outputs.map(Int32.init)
        weightCount = geometry.outputChannels * geometry.inputChannels * area
        biasCount = geometry.outputChannels
        parameterOffset = convolution.parameterOffset
    }

    private static func places(_ map: [Int?], real: Int) -> [Int] {
        var places = Array(repeating: 0, count: real)
        for (padded, channel) in map.enumerated() { if let channel { places[channel] = padded } }
        return places
    }

    /// Real parameters to padded rows; the padding is left as it is (zero).
    func expand(
        _ parameters: UnsafePointer<Float>, weights: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>
    ) {
        var source = parameters + parameterOffset
        for place in weightSources {
            weights[Int(place)] = source.pointee
            source += 1
        }
        for place in biasSources {
            bias[Int(place)] = source.pointee
            source += 1
        }
    }

    /// The transpose of `expand`.
    func collect(
        weights: UnsafePointer<Float>, bias: UnsafePointer<Float>, into parameters: UnsafeMutablePointer<Float>
    ) {
        var target = parameters + parameterOffset
        for place in weightSources {
            target.pointee = weights[Int(place)]
            target += 1
        }
        for place in biasSources {
            target.pointee = bias[Int(place)]
            target += 1
        }
    }
}
