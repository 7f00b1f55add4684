internal import CTensorKernels

/// Conversions of image samples.
public enum SampleKernels {
    /// Converts 0...1 to 0...65535, halves rounded up. Values outside are clamped, NaN becomes 0.
    public static func packed16(_ values: [Float]) -> [UInt16] {
        [UInt16](unsafeUninitializedCapacity: values.count) { samples, count in
            values.withUnsafeBufferPointer { kernel_pack16($0.baseAddress, samples.baseAddress, $0.count) }
            count = values.count
        }
    }

    /// Converts 0...65535 to 0...1.
    public static func unpacked16(_ samples: [UInt16]) -> [Float] {
        [Float](unsafeUninitializedCapacity: samples.count) { values, count in
            samples.withUnsafeBufferPointer { kernel_unpack16($0.baseAddress, values.baseAddress, $0.count) }
            count = samples.count
        }
    }
}
