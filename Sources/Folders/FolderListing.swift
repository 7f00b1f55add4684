import Glibc
import Host

/// Listing of folders. The program uses nothing else for this.
public enum FolderListing {
    /// The names in a folder, ordered by their texts, without "." and "..".
    ///
    /// A listing is either complete or an error: one cut short by a disk error must not pass for a short folder.
    public static func names(in path: String) throws(ListingFault) -> [String] {
        guard let folder = unsafe opendir(path.systemPath) else { throw ListingFault(folder: path, code: errno) }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while true {
            // `readdir` reports an error through errno only.
            errno = 0
            guard let entry = unsafe readdir(folder) else {
                guard errno == 0 else { throw ListingFault(folder: path, code: errno) }
                break
            }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
                unsafe field.withMemoryRebound(to: UInt8.self, capacity: 256) { start in
                    let length = unsafe strlen(UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self))
                    return unsafe PathText.text(of: UnsafeBufferPointer(start: start, count: length))
                }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The names in a folder, without hidden ones.
    public static func visibleNames(in path: String) throws(ListingFault) -> [String] {
        try names(in: path).filter { $0.utf8.first != UInt8(ascii: ".") }
    }
}

/// A folder that cannot be listed completely.
public struct ListingFault: Error, Hashable, Sendable, CustomStringConvertible {
    public let folder: String
    /// The value of `errno`.
    public let code: Int32

    public init(folder: String, code: Int32) { (self.folder, self.code) = (folder, code) }

    /// The system's words for the error.
    public var reason: String { SystemReason.text(of: code) }

    public var description: String {
        "\(folder): the folder cannot be listed (\(reason)); make sure that it is readable and that its disk is sound"
    }
}
