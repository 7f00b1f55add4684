import Glibc

/// The file by which a folder that Nominal wrote is known, so that maps, overlays and previews are never taken for images of
/// the user's.
///
/// It is written before anything else is, and stays when the folder is moved. What lies in a folder with it is left out
/// wherever images are looked for, and such a folder is refused where it is named as one of images. A store counts as well.
public enum ResultsMarker {
    public static let name = ".nominal-results"
    /// History: 1 = first.
    public static let version = 1

    /// A store has no marker: its database tells it.
    private static let storeName = "store.sqlite"
    private static let heading = "nominal-results"
    private static let sourceKey = "source "

    /// What the file holds.
    ///
    /// - Parameter source: stands for what the results were made of, where the folder's name was derived from it.
    public static func text(source: String? = nil) -> String {
        """
        \(heading) \(version)
        Nominal writes its results into this folder and reads none of it as images. Remove this file to change that.

        """ + (source.map { sourceKey + $0 + "\n" } ?? "")
    }

    public static func isIn(_ folder: String) -> Bool {
        NamedFolder.exists(folder + "/" + name) || NamedFolder.exists(folder + "/" + storeName)
    }

    /// The folder of results that a folder is, or lies in; nil where it lies in none.
    public static func folder(holding path: String) -> String? {
        guard var place = NamedFolder.place(of: path) else { return nil }
        while true {
            if isIn(place) { return place }
            guard let slash = place.lastIndex(of: "/"), place != "/" else { return nil }
            place = slash == place.startIndex ? "/" : String(place[..<slash])
        }
    }

    /// What the results in a folder were made of, as it was given when they were written; nil where the folder does not say.
    public static func source(of folder: String) -> String? {
        guard let file = try? RegularFile(folder + "/" + name), let bytes = try? file.read(4096) else { return nil }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix(sourceKey) }.map { String($0.dropFirst(sourceKey.count)) }
    }
}
