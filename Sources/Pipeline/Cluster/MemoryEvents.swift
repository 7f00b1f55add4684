import ContentStore
import Folders
import Glibc
import Host

/// The kernel's memory events for the control group of this process, cgroup version 1 or 2.
enum MemoryEvents {
    /// The number of processes in the group that the kernel's out-of-memory killer has killed.
    static var killCount: Int { killCount(processFolder: "/proc/self", mount: "/sys/fs/cgroup") }

    /// Formats: cgroups(7), and the kernel's memory.rst and cgroup-v2.rst.
    static func killCount(processFolder: String, mount: String) -> Int {
        guard let groups = text(processFolder + "/cgroup") else { return 0 }
        var count = 0
        for line in groups.split(separator: "\n") {
            // Hierarchy number, controllers and group path; `0::/path` in version 2.
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
