import Synchronization

/// As `LockFile`, for many numbers: these are spread over several files, for the kernel goes through all locks of a file to take
/// or give back one.
final class LockFiles: Sendable {
    private static let count = 64

    private let path: String
    /// Opened when they are first needed.
    private let files = Mutex<[Int: LockFile]>([:])

    /// The files, named as `path` and a number, are created when missing, in an existing folder.
    init(_ path: String) { self.path = path }

    /// Takes a number unless someone else has it; says whether it has.
    func take(_ number: Int64) throws(StoreError) -> Bool { try file(of: number).take(number) }

    /// Gives a number back that was taken.
    func give(_ number: Int64) { try? file(of: number).give(number) }

    /// Whether someone else has the number.
    func isHeldElsewhere(_ number: Int64) throws(StoreError) -> Bool { try file(of: number).isHeldElsewhere(number) }

    private func file(of number: Int64) throws(StoreError) -> LockFile {
        let index = Int(number % Int64(Self.count))
        return try files.withLock { files throws(StoreError) in
            if let file = files[index] { return file }
            let file = try LockFile("\(path)-\(index)")
            files[index] = file
            return file
        }
    }
}
