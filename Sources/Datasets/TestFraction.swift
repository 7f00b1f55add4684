import ContentStore

extension SourceCategory {
    /// Turns a fraction of the normal training images into normal test images, at least one: those whose names have the
    /// smallest hashes. A training image stays if only one would be left.
    package mutating func separateTestImages(fraction: Double) {
        let training = images.indices.filter { images[$0].split == .train }
        let count = min(max(1, Int((fraction * Double(training.count)).rounded())), training.count - 1)
        guard count > 0 else { return }
        let chosen = training.map { (hash: Digest.of(text: images[$0].file).hex, index: $0) }
            .sorted { $0.hash < $1.hash }.prefix(count)
        for (_, index) in chosen { images[index].split = .test }
    }
}
