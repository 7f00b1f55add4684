/// The kernel's memory events for the control group of this process, version 1 or 2.
package enum MemoryEvents {
    /// The number of processes in the group that the kernel's out-of-memory killer has killed.
    package static var killCount: Int { killCount(root: "") }

    /// Formats: cgroups(7), and the kernel's memory.rst and cgroup-v2.rst.
    ///
    /// - Parameter root: See `ControlGroups.init`.
    static func killCount(root: String) -> Int {
        let groups = ControlGroups(root: root)
        let files = [
            groups.unified.first.map { $0 + "/memory.events" }, groups.memory.first.map { $0 + "/memory.oom_control" },
        ]
        return files.compactMap(\.self).reduce(0) { $0 &+ kills($1) }
    }

    private static func kills(_ file: String) -> Int {
        for event in SystemFile.lines(file) {
            let words = event.split(separator: " ")
            if words.count == 2, words[0] == "oom_kill" { return Int(words[1]) ?? 0 }
        }
        return 0
    }
}
