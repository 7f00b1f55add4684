import Datasets
import Manifests

/// The groups of training images that their names show, such as the cuts of one roll.
struct GroupSurvey {
    /// Fewer groups are rather kinds of images, such as cameras, of which training needs each.
    private static let fewest = 8

    let groups: DatasetSection.Groups
    /// The finding in words; nil without groups.
    let words: String?

    init(_ categories: [SourceCategory]) {
        var largest: (count: Int, images: Int, name: String)?
        for category in categories {
            let training = category.images.filter { $0.split == .train && $0.sample == nil }
            let groups = Dictionary(grouping: training.compactMap { DatasetSection.Groups.names.name(of: $0.file) }) {
                $0
            }
            guard 2 * groups.count <= training.count, groups.count > 1 else { continue }
            guard groups.count >= Self.fewest else {
                (self.groups, words) = (.none, nil)
                return
            }
            if groups.count > largest?.count ?? 0, let name = groups.keys.min() {
                largest = (groups.count, training.count, name)
            }
        }
        groups = largest == nil ? .none : .names
        words = largest.map { found in
            let name = found.name.split(separator: "/").last ?? ""
            return
                "names show \(found.count) groups of images, such as \(name)...; each is held out as a whole (\"groups\": \"names\")"
        }
    }
}
