import ContentStore
import Manifests

extension SourceCategory {
    /// Turns a fraction of the normal training images into normal test images, at least one, by hashes of their names.
    /// A training image stays if only one would be left.
    package mutating func separateTestImages(fraction: Double, groups: DatasetSection.Groups = .none) {
        let training = images.indices.filter { images[$0].split == .train }
        guard training.count > 1 else { return }
        let names = training.map { Digest.of(text: images[$0].file) }
        let chosen = HeldOut.chosen(
            names,
            groups: zip(training, names).map { groups.digest(of: images[$0].file, sample: images[$0].sample, own: $1) },
            fraction: fraction)
        for number in chosen { images[training[number]].split = .test }
    }
}
