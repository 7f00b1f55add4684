import Folders

/// Whether two folders that are for different images are one, by their names or by what these lead to.
enum FolderOverlap {
    static func lies(_ inner: String, in outer: String) -> Bool {
        func lies(_ inner: String, in outer: String) -> Bool { (inner + "/").hasPrefix(outer + "/") }
        if lies(inner, in: outer) { return true }
        guard let inner = NamedFolder.place(of: inner), let outer = NamedFolder.place(of: outer) else { return false }
        return lies(inner, in: outer)
    }
}
