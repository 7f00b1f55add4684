import ContentStore

/// Which normal images are held out of training, by their content alone.
enum HeldOut {
    /// How many of some images, which are then the ones with the smallest digests: at least one, and not all.
    static func count(of images: Int, fraction: Float) -> Int {
        min(max(1, Int((Float(images) * fraction).rounded())), images - 1)
    }

    /// True if an image is held out that came later, whatever comes with it or after it: then no model of any night was trained on
    /// what another night judges by.
    static func contains(_ source: Digest, fraction: Double) -> Bool {
        // Digests are as good as random numbers.
        Double(source.words.0) < fraction * 0x1p64
    }
}
