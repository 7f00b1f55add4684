import Foundation
import PipelineTestSupport
import Testing

@testable import Host

@Suite("Memory events of the kernel")
struct MemoryEventsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ text: String, to name: String) throws {
        try FileManager.default.createDirectory(
            at: URL(filePath: "\(folder.path)/\(name)").deletingLastPathComponent(), withIntermediateDirectories: true)
        try folder.write(text, to: name)
    }

    /// - Parameter top: The group at which the mounts begin.
    private func count(_ groups: String, top: String = "/") throws -> Int {
        try write(groups, to: "proc/self/cgroup")
        try write(
            "31 23 0:28 \(top) /cg rw - cgroup2 cgroup rw\n32 23 0:29 \(top) /cg/memory rw - cgroup cgroup rw,memory\n",
            to: "proc/self/mountinfo")
        return MemoryEvents.killCount(root: folder.path)
    }

    @Test("Kills are counted in the process's own cgroup, version 1 or 2")
    func versions() throws {
        try write("low 0\nhigh 7\noom 4\noom_kill 3\noom_group_kill 0\n", to: "cg/slurm/job_7/memory.events")
        try write("oom_kill_disable 0\nunder_oom 0\noom_kill 2\n", to: "cg/memory/slurm/memory.oom_control")
        #expect(try count("0::/slurm/job_7\n") == 3)
        #expect(try count("9:name=systemd:/\n4:memory:/slurm\n1:cpu,cpuacct:/\n0::/\n") == 2)
        #expect(try count("4:cpu,memory:/slurm\n") == 2)
    }

    @Test("In a container, whose mounts begin at its own group, kills are counted too")
    func container() throws {
        try write("oom_kill 5\n", to: "cg/memory/memory.oom_control")
        #expect(try count("4:memory:/docker/a1\n", top: "/docker/a1") == 5)
        try write("oom_kill 6\n", to: "cg/memory.events")
        #expect(try count("0::/docker/a1\n", top: "/docker/a1") == 6)
    }

    @Test(
        "Missing or unreadable cgroups count no kills",
        arguments: ["", "0::/other\n", "4:cpu:/slurm\n", "memory", "::", "4:memory\n", "4:memory:/broken\n"])
    func nothing(groups: String) throws {
        try write("oom_kill\noom_kill many\n\0", to: "cg/memory/broken/memory.oom_control")
        #expect(try count(groups) == 0)
        #expect(MemoryEvents.killCount(root: folder.path + "/none") == 0)
    }
}
