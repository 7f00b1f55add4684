import Glibc

/// The control groups of a process, versions 1 and 2 (cgroups(7)). A limit of the group or of any of its parents
/// applies to the process.
struct ControlGroups {
    /// Folders of the group and its parents, innermost first, per controller.
    let unified: [String]
    let processors: [String]
    let memory: [String]

    /// - Parameters:
    ///   - root: prefix of all system files; "" for the real ones.
    ///   - process: the folder of the process below `root`.
    init(root: String, process: String = "/proc/self") {
        let groups = SystemFile.lines(root + process + "/cgroup").compactMap(Membership.init)
        let mounts = SystemFile.lines(root + process + "/mountinfo").compactMap(Mount.init)
        func folders(_ membership: Membership?, _ isMatch: (Mount) -> Bool) -> [String] {
            guard let membership else { return [] }
            return mounts.filter(isMatch).first.map { $0.folders(of: membership.path, below: root) } ?? []
        }
        unified = folders(groups.first { $0.controllers.isEmpty }) { $0.type == "cgroup2" }
        func legacy(_ controller: String) -> [String] {
            folders(groups.first { $0.controllers.contains(controller) }) {
                $0.type == "cgroup" && $0.options.contains(controller)
            }
        }
        (processors, memory) = (legacy("cpu"), legacy("memory"))
    }

    /// A line `4:cpu,cpuacct:/group` or, in version 2, `0::/group`.
    private struct Membership {
        let controllers: [String]
        let path: String

        init?(_ line: String) {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, !fields[1].isEmpty || fields[0] == "0" else { return nil }
            controllers = fields[1].split(separator: ",").map(String.init)
            path = String(fields[2])
        }
    }

    /// A line of mountinfo (proc(5)).
    private struct Mount {
        let root, point, type: String
        let options: [String]

        init?(_ line: String) {
            let words = line.split(separator: " ")
            guard let dash = words.firstIndex(of: "-"), dash >= 6, words.count > dash + 3 else { return nil }
            (root, point) = (Mount.plain(words[3]), Mount.plain(words[4]))
            type = String(words[dash + 1])
            options = words[dash + 3].split(separator: ",").map(String.init)
        }

        /// Decodes octal escapes of spaces and similar characters.
        private static func plain(_ word: Substring) -> String {
            var bytes: [UInt8] = [], rest = Array(word.utf8)[...]
            while let byte = rest.popFirst() {
                if byte == UInt8(ascii: "\\"), rest.count >= 3,
                    let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
                {
                    bytes.append(code)
                    rest = rest.dropFirst(3)
                } else {
                    bytes.append(byte)
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }

        /// In a container, the mount may begin at the container's group, or the path may be relative to it.
        func folders(of path: String, below systemRoot: String) -> [String] {
            var names = path.split(separator: "/").map(String.init)
            let top = root.split(separator: "/").map(String.init)
            if names.starts(with: top) { names.removeFirst(top.count) }
            // A path with ".." lies outside the mount, where only the top is visible.
            if names.contains("..") { names = [] }
            return (0...names.count).reversed().map { count in
                systemRoot + point + names.prefix(count).map { "/" + $0 }.joined()
            }
        }
    }
}

/// Small text files of the kernel.
enum SystemFile {
    static func text(_ path: String) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < 1 << 22 {
            let count = unsafe read(descriptor, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += part[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func lines(_ path: String) -> [String] { text(path)?.split(separator: "\n").map(String.init) ?? [] }

    static func words(_ path: String) -> [String] {
        text(path)?.split(whereSeparator: \.isWhitespace).map(String.init) ?? []
    }
}
