import ContentStore

/// What the kernel has done about the memory of this process's control group, of either version, where there is one.
enum MemoryEvents {
    /// How many processes of the group it has killed for lack of memory.
    static var killCount: Int { killCount(processFolder: "/proc/self", mount: "/sys/fs/cgroup") }

    /// As cgroups(7), memory.rst and cgroup-v2.rst of the kernel have it.
    static func killCount(processFolder: String, mount: String) -> Int {
        guard let groups = text(processFolder + "/cgroup") else { return 0 }
        var count = 0
        for line in groups.split(separator: "\n") {
            // The number of the hierarchy, its controllers, the path of the group; of version 2, `0::/path`.
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            if fields[0] == "0", fields[1].isEmpty {
                count &+= kills(mount + fields[2] + "/memory.events")
            } else if fields[1].split(separator: ",").contains("memory") {
                count &+= kills(mount + "/memory" + fields[2] + "/memory.oom_control")
            }
        }
        return count
    }

    private static func kills(_ file: String) -> Int {
        for event in text(file)?.split(separator: "\n") ?? [] {
            let words = event.split(separator: " ")
            if words.count == 2, words[0] == "oom_kill" { return Int(words[1]) ?? 0 }
        }
        return 0
    }

    private static func text(_ file: String) -> String? {
        (try? AtomicFile.read(file)).map { String(decoding: $0, as: UTF8.self) }
    }
}
