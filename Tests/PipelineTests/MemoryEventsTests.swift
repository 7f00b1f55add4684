import Foundation
import PipelineTestSupport
import Testing

@testable import Pipeline

@Suite("Memory events of the kernel")
struct MemoryEventsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ text: String, to name: String) throws {
        try FileManager.default.createDirectory(
            at: URL(filePath: "\(folder.path)/\(name)").deletingLastPathComponent(), withIntermediateDirectories: true)
        try folder.write(text, to: name)
    }

    private func count(_ groups: String) throws -> Int {
        try write(groups, to: "self/cgroup")
        return MemoryEvents.killCount(processFolder: folder.path + "/self", mount: folder.path + "/mount")
    }

    @Test("Kills are counted in the process's own cgroup, version 1 or 2")
    func versions() throws {
        try write("low 0\nhigh 7\noom 4\noom_kill 3\noom_group_kill 0\n", to: "mount/slurm/job_7/memory.events")
        try write("oom_kill_disable 0\nunder_oom 0\noom_kill 2\n", to: "mount/memory/slurm/memory.oom_control")
        #expect(try count("0::/slurm/job_7\n") == 3)
        #expect(try count("9:name=systemd:/\n4:memory:/slurm\n1:cpu,cpuacct:/\n0::/\n") == 2)
        #expect(try count("4:cpu,memory:/slurm\n") == 2)
    }

    @Test(
        "Missing or unreadable cgroups count no kills",
        arguments: ["", "0::/other\n", "4:cpu:/slurm\n", "memory", "::", "4:memory\n", "4:memory:/broken\n"])
    func nothing(groups: String) throws {
        try write("oom_kill\noom_kill many\n\0", to: "mount/memory/broken/memory.oom_control")
        #expect(try count(groups) == 0)
        #expect(MemoryEvents.killCount(processFolder: folder.path + "/none", mount: folder.path) == 0)
    }
}
