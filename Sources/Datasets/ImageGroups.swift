import ContentStore
import Manifests

extension DatasetSection.Groups {
    /// The name of an image's group; nil if the image is its own group.
    ///
    /// - Parameters:
    ///   - file: the image's path below the folder of training images or of arrivals, such as `0001_03.png`.
    ///   - sample: the part that it shows, if others show it too; it is a group always.
    package func name(of file: String, sample: String? = nil) -> String? {
        if let sample { return sample }
        switch self {
        case .none: return nil
        case .folders:
            let folder = SourceImage.folder(of: file)
            return folder.isEmpty ? nil : folder
        case .names:
            // The digits at the end, or before a suffix such as `-left`.
            let stem = SourceImage.stem(of: file)
            guard let last = stem.lastIndex(where: \.isASCIIDigit) else { return nil }
            let number = stem[...last].reversed().prefix(while: \.isASCIIDigit).count
            let rest = stem[..<stem.index(last, offsetBy: 1 - number)]
            return rest.contains(where: \.isASCIIDigit) ? SourceImage.folder(of: file) + rest : nil
        }
    }

    /// A digest that the images of a group share, and others do not.
    ///
    /// - Parameter own: the digest of an image that is its own group.
    package func digest(of file: String, sample: String? = nil, own: Digest) -> Digest {
        name(of: file, sample: sample).map { Digest.of(text: $0) } ?? own
    }
}

extension String {
    /// The text after a prefix; itself without it.
    package func without(prefix: String) -> String { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}
