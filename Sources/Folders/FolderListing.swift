import Glibc
import Host

/// The one way to list a folder.
public enum FolderListing {
    /// The names in a folder, in the order of their texts, without "." and "..".
    ///
    /// A listing is complete or an error: one that the system cuts short, such as by a disk error, is not mistaken for a short
    /// folder.
    public static func names(in path: String) throws(ListingFault) -> [String] {
        guard let folder = unsafe opendir(path.systemPath) else { throw ListingFault(folder: path, code: errno) }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while true {
            // Only errno tells the end from a failure.
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

    /// As `names`, without hidden ones.
    public static func visibleNames(in path: String) throws(ListingFault) -> [String] {
        try names(in: path).filter { $0.utf8.first != UInt8(ascii: ".") }
    }
}

/// A folder whose names cannot be read, or not all of them.
public struct ListingFault: Error, Hashable, Sendable, CustomStringConvertible {
    public let folder: String
    /// As `errno` gave it.
    public let code: Int32

    public init(folder: String, code: Int32) { (self.folder, self.code) = (folder, code) }

    /// The system's words for the fault.
    public var reason: String { SystemReason.text(of: code) }

    public var description: String {
        "\(folder): the folder cannot be listed (\(reason)); make sure that it is readable and that its disk is sound"
    }
}
