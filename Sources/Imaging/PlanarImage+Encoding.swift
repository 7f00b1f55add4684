extension PlanarImage {
    /// Refuses an image that is too wide or too high for a format.
    func checkSides(maximum: Int, for format: ImageFormat) throws(ImagingError) {
        let side = max(width, height)
        guard side <= maximum else {
            throw .tooLarge(name: nameInErrors(format), quantity: .pixelsPerSide, actual: side, limit: maximum)
        }
    }

    /// What an encoder's refusal means.
    func encodingError(_ failure: NativeCodecs.Failure, _ format: ImageFormat) -> ImagingError {
        switch failure.kind {
        case .outOfMemory: .outOfMemory(name: nameInErrors(format), byteCount: values.count)
        case .unsupported, .truncated, .damaged: .unsupported(name: nameInErrors(format), feature: failure.message)
        }
    }

    /// An image in memory has no name: its size stands in for one.
    private func nameInErrors(_ format: ImageFormat) -> String {
        "\(format.displayName) of \(width) x \(height) pixels"
    }
}
