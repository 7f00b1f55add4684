import Host
import Synchronization

/// As `LockFile`, for many numbers: these are spread over several files, for the kernel goes through all locks of a file to take
/// or give back one.
final class LockFiles: Sendable {
    private static let count = 64
    /// True if there are so few open files that those without a number taken have to be closed.
    private static let isFrugal = OpenFileLimit.share(of: count) < count

    private struct Entry {
        let file: LockFile
        /// Numbers that this object has taken: the kernel would give them back with the file.
        var taken: Set<Int64> = []
    }

    private let path: String
    /// Opened when they are first needed.
    private let files = Mutex<[Int: Entry]>([:])

    /// The files, named as `path` and a number, are created when missing, in an existing folder.
    init(_ path: String) { self.path = path }

    /// Takes a number unless someone else has it; says whether it has.
    func take(_ number: Int64) throws(StoreError) -> Bool {
        try using(number) { entry throws(StoreError) in
            guard try entry.file.take(number) else { return false }
            entry.taken.insert(number)
            return true
        }
    }

    /// Gives a number back that was taken.
    func give(_ number: Int64) {
        try? using(number) { entry throws(StoreError) in
            entry.file.give(number)
            entry.taken.remove(number)
        }
    }

    /// True if someone else has the number.
    func isHeldElsewhere(_ number: Int64) throws(StoreError) -> Bool {
        try using(number) { entry throws(StoreError) in try entry.file.isHeldElsewhere(number) }
    }

    private func using<Value>(
        _ number: Int64, _ body: (inout Entry) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        let index = Int(number % Int64(Self.count))
        return try files.withLock { files throws(StoreError) in
            var entry: Entry
            if let known = files[index] {
                entry = known
            } else {
                entry = Entry(file: try LockFile("\(path)-\(index)"))
            }
            defer { files[index] = Self.isFrugal && entry.taken.isEmpty ? nil : entry }
            return try body(&entry)
        }
    }
}
