import Folders
import Glibc

extension AtomicFile {
    /// Removes temporary files that a process left behind when it was killed in the middle of a write.
    ///
    /// Only files that are called as `write` calls them, for one of `names`, and whose process is gone: anything else may be
    /// somebody's own.
    public static func removeLeftovers(of names: Set<String>, in folder: String) throws(StoreError) {
        let stems = Set(names.map(temporaryStem))
        for file in try FolderOperations.names(in: folder) {
            guard let (stem, process) = owner(ofTemporary: file), stems.contains(stem) else { continue }
            if kill(process, 0) != 0, errno == ESRCH { try FolderOperations.remove(folder + "/" + file) }
        }
    }

    /// The beginning of the name of a temporary file for a file of this name: the name, or its digest where the file system would
    /// take no longer one.
    static func temporaryStem(_ name: String) -> String {
        PathText.bytes(of: name).count <= 200 ? name : Digest.of(text: name).hex
    }

    /// What `NAME.PROCESS-NUMBER.partial` is the beginning of, and whose.
    static func owner(ofTemporary file: String) -> (name: String, process: pid_t)? {
        guard file.hasSuffix(".partial") else { return nil }
        let whole = file.dropLast(".partial".count)
        guard let dot = whole.lastIndex(of: ".") else { return nil }
        let numbers = whole[whole.index(after: dot)...].split(separator: "-", omittingEmptySubsequences: false)
        guard numbers.count == 2, let process = pid_t(numbers[0]), process > 0, Int(numbers[1]) != nil else {
            return nil
        }
        return (String(whole[..<dot]), process)
    }
}
