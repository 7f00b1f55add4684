import Glibc

extension AtomicFile {
    /// Removes temporary files that a process left behind when it was killed in the middle of a write.
    ///
    /// Only files that are called as `write` calls them, for one of `names`, and whose process is gone: anything else may be
    /// somebody's own.
    public static func removeLeftovers(of names: Set<String>, in folder: String) throws(StoreError) {
        for file in try FolderOperations.names(in: folder) {
            guard let (name, process) = owner(ofTemporary: file), names.contains(name) else { continue }
            if kill(process, 0) != 0, errno == ESRCH { try FolderOperations.remove(folder + "/" + file) }
        }
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
