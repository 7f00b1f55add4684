import ContentStore

/// What the kernel has done about the memory of this process's control group (cgroup v2), where there is one.
enum MemoryEvents {
    /// Whether it has killed a process for lack of memory.
    static var hasKilled: Bool {
        guard let groups = try? AtomicFile.read("/proc/self/cgroup"),
            let line = String(decoding: groups, as: UTF8.self).split(separator: "\n").first(where: {
                $0.hasPrefix("0::")
            }),
            let events = try? AtomicFile.read("/sys/fs/cgroup\(line.dropFirst(3))/memory.events")
        else { return false }
        return String(decoding: events, as: UTF8.self).split(separator: "\n").contains { event in
            let words = event.split(separator: " ")
            return words.count == 2 && words[0] == "oom_kill" && words[1] != "0"
        }
    }
}
