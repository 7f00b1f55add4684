import Folders
import Manifests

/// The reader of a published data set whose layout is not that of MVTec AD.
package protocol PublishedReader {
    /// Reads the lists, or the names of files.
    init(_ root: NamedFolder) throws(DatasetError)

    /// Sorted.
    var categories: [String] { get }

    func category(_ name: String) throws(DatasetError) -> SourceCategory

    /// The folder that names of a category's files are relative to.
    func folder(of category: String) -> String

    /// True if the root has the shape of the data set.
    static func isIn(_ root: String) throws(DatasetError) -> Bool

    /// The name of the data set.
    static var title: String { get }

    /// The files in the root by which the data set is recognised.
    static var shape: String { get }
}

extension DatasetSection.PublishedLayout {
    package func reader(of root: NamedFolder) throws(DatasetError) -> any PublishedReader {
        guard try isIn(root.path) else { throw .notPublished(root: root.path, title: title, expected: shape) }
        switch self {
        case .visa: return try VisaLists(root)
        case .realIad: return try RealIadLists(root)
        case .kolektorSdd2: return KolektorSdd2(root)
        case .aitex: return try AitexStrips(root)
        }
    }

    private func isIn(_ root: String) throws(DatasetError) -> Bool {
        switch self {
        case .visa: VisaLists.isIn(root)
        case .realIad: try RealIadLists.isIn(root)
        case .kolektorSdd2: try KolektorSdd2.isIn(root)
        case .aitex: try AitexStrips.isIn(root)
        }
    }

    package var title: String {
        switch self {
        case .visa: VisaLists.title
        case .realIad: RealIadLists.title
        case .kolektorSdd2: KolektorSdd2.title
        case .aitex: AitexStrips.title
        }
    }

    private var shape: String {
        switch self {
        case .visa: VisaLists.shape
        case .realIad: RealIadLists.shape
        case .kolektorSdd2: KolektorSdd2.shape
        case .aitex: AitexStrips.shape
        }
    }

    /// The layout of a folder; nil if it has the shape of no published data set.
    package static func found(in root: String) throws(DatasetError) -> Self? {
        for layout in allCases where try layout.isIn(root) { return layout }
        return nil
    }
}
