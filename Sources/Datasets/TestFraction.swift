import ContentStore
import Manifests

extension SourceCategory {
    /// Turns a fraction of the normal training images into normal test images, at least one, by hashes of their names.
    /// A training image stays if only one would be left.
    ///
    /// - Parameter prefix: the folder of the training images in their names, with a slash.
    package mutating func separateTestImages(
        fraction: Double, groups: DatasetSection.Groups = .none, prefix: String = ""
    ) {
        let training = images.indices.filter { images[$0].split == .train }
        guard training.count > 1 else { return }
        let names = training.map { Digest.of(text: images[$0].file) }
        let chosen = HeldOut.chosen(
            names,
            groups: zip(training, names).map { number, own in
                groups.digest(of: images[number].file.without(prefix: prefix), sample: images[number].sample, own: own)
            },
            fraction: fraction)
        for number in chosen { images[training[number]].split = .test }
    }
}
