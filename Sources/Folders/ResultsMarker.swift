import Glibc

/// The file that marks a folder of results, so that maps, overlays and previews are never taken for the user's images.
///
/// It is written before all other results, and stays when the folder is moved. Searches for images skip a marked
/// folder, and refuse it as a folder of images. A store counts as marked.
public enum ResultsMarker {
    public static let name = ".nominal-results"
    /// History: 1 = first.
    public static let version = 1

    /// A store is recognised by its database.
    private static let storeName = "store.sqlite"
    private static let heading = "nominal-results"
    private static let sourceKey = "source "

    /// The content of the file.
    ///
    /// - Parameter source: identifies the input of the results, if the folder's name was derived from it.
    public static func text(source: String? = nil) -> String {
        """
        \(heading) \(version)
        Nominal writes its results into this folder and reads none of it as images. Remove this file to change that.

        """ + (source.map { sourceKey + $0 + "\n" } ?? "")
    }

    public static func isIn(_ folder: String) -> Bool {
        NamedFolder.exists(folder + "/" + name) || NamedFolder.exists(folder + "/" + storeName)
    }

    /// The results folder that contains a path or is equal to it; nil without one.
    public static func folder(holding path: String) -> String? {
        guard var place = NamedFolder.place(of: path) else { return nil }
        while true {
            if isIn(place) { return place }
            guard let slash = place.lastIndex(of: "/"), place != "/" else { return nil }
            place = slash == place.startIndex ? "/" : String(place[..<slash])
        }
    }

    /// The source of the results in a folder, as written; nil if the marker does not name one.
    public static func source(of folder: String) -> String? {
        guard let file = try? RegularFile(folder + "/" + name), let bytes = try? file.read(4096) else { return nil }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix(sourceKey) }.map { String($0.dropFirst(sourceKey.count)) }
    }
}
