/// Turns planes of floats into the rows of interleaved integers that encoders take.
enum SampleBytes {
    /// One byte per sample: clamped to 0...1, scaled to 255, halves rounded up; NaN becomes 0.
    static func eightBit(_ image: PlanarImage) -> [UInt8] {
        let plane = image.width * image.height
        var bytes = [UInt8](repeating: 0, count: plane * image.channels)
        for channel in 0..<image.channels {
            for i in 0..<plane {
                bytes[i * image.channels + channel] = UInt8(scaled(image.values[channel * plane + i], 255))
            }
        }
        return bytes
    }

    /// Two bytes per sample, the high one first, scaled to 65535 in the same way.
    static func sixteenBit(_ image: PlanarImage) -> [UInt8] {
        let plane = image.width * image.height
        var bytes = [UInt8](repeating: 0, count: plane * image.channels * 2)
        for channel in 0..<image.channels {
            for i in 0..<plane {
                let sample = UInt16(scaled(image.values[channel * plane + i], 65535))
                let position = (i * image.channels + channel) * 2
                bytes[position] = UInt8(sample >> 8)
                bytes[position + 1] = UInt8(truncatingIfNeeded: sample)
            }
        }
        return bytes
    }

    private static func scaled(_ value: Float, _ maximum: Double) -> Double {
        guard value > 0 else { return 0 }
        return (min(Double(value), 1) * maximum + 0.5).rounded(.down)
    }
}
