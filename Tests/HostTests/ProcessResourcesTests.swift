import Foundation
import Host
import PipelineTestSupport
import Testing

/// Limits of simulated systems.
@Suite("Process resources") struct ProcessResourcesTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ text: String, _ path: String) throws {
        let file = folder.path + path
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: file))
    }

    /// - Parameter allowed: the mask of processors that the process may run on.
    private func resources(
        allowed: String = "ffffffff,ffffffff", _ environment: [String: String] = [:]
    ) throws -> ProcessResources {
        try write("Name:\tx\nCpus_allowed:\t\(allowed)\nCpus_allowed_list:\t0-63\n", "/proc/self/status")
        return ProcessResources(root: folder.path, environment: environment)
    }

    /// A group of version 2, `/a/b`, in a machine of 64 GiB.
    private func writeUnified() throws {
        try write("MemTotal:       67108864 kB\nMemFree: 1 kB\n", "/proc/meminfo")
        try write("0::/a/b\n", "/proc/self/cgroup")
        try write(
            "24 1 0:22 / /proc rw - proc proc rw\n30 23 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw\n",
            "/proc/self/mountinfo")
    }

    @Test(
        "Without other files only the processor affinity is known",
        arguments: [("1", 1), ("7", 3), ("00000000,00000005", 2), ("ff", 8), ("f0f0,ffffffff", 40)])
    func affinity(mask: String, expected: Int) throws {
        let found = try resources(allowed: mask)
        #expect(found.processors == expected && found.memoryBytes == nil)
    }

    @Test(
        "The limits of the group and its parents apply, and a quota is rounded up",
        arguments: [
            ("max 100000", "max 100000", 64), ("150000 100000", "max 100000", 2), ("max 100000", "150000 100000", 2),
            ("50000 100000", "max", 1), ("400000 100000", "300000 100000", 3), ("100000 50000", "max", 2),
            ("200000", "max", 2), ("", "nonsense", 64), ("-1 100000", "nan nan", 64), ("1000 100000", "max 0", 1),
        ])
    func unifiedQuotas(inner: String, outer: String, expected: Int) throws {
        try writeUnified()
        try write(inner + "\n", "/sys/fs/cgroup/a/b/cpu.max")
        try write(outer + "\n", "/sys/fs/cgroup/a/cpu.max")
        #expect(try resources().processors == expected)
    }

    @Test("The smallest memory limit of machine, group and parents applies")
    func unifiedMemory() throws {
        try writeUnified()
        #expect(try resources().memoryBytes == 64 << 30)
        try write("max\n", "/sys/fs/cgroup/a/b/memory.max")
        #expect(try resources().memoryBytes == 64 << 30)
        try write("\(8 << 30)\n", "/sys/fs/cgroup/a/memory.max")
        #expect(try resources().memoryBytes == 8 << 30)
        try write("\(2 << 30)\n", "/sys/fs/cgroup/memory.max")
        #expect(try resources().memoryBytes == 2 << 30)
    }

    /// Version 1: `mountRoot` is what of the hierarchy is mounted, `group` the line of the process.
    @Test(
        "Groups of version 1 are found wherever their controllers are mounted",
        arguments: [
            ("/", "/slurm/job_1", "/slurm/job_1"), ("/docker/c0", "/docker/c0/inner", "/inner"),
            ("/docker/c0", "/docker/c0", ""), ("/", "/../outside", ""), ("/other", "/a", "/a"),
        ])
    func legacy(mountRoot: String, group: String, folder: String) throws {
        try write("MemTotal:       67108864 kB\n", "/proc/meminfo")
        try write("5:memory:\(group)\n4:cpu,cpuacct:\(group)\n1:name=systemd:/x\n0::/\n", "/proc/self/cgroup")
        try write(
            "31 23 0:28 \(mountRoot) /cg/a\\040b rw - cgroup cgroup rw,cpu,cpuacct\n"
                + "32 23 0:29 \(mountRoot) /cg/memory rw - cgroup cgroup rw,memory\n", "/proc/self/mountinfo")
        #expect(try resources().processors == 64)
        try write("-1\n", "/cg/a b\(folder)/cpu.cfs_quota_us")
        try write("100000\n", "/cg/a b\(folder)/cpu.cfs_period_us")
        #expect(try resources().processors == 64)
        try write("250000\n", "/cg/a b\(folder)/cpu.cfs_quota_us")
        #expect(try resources().processors == 3)
        try write("9223372036854771712\n", "/cg/memory\(folder)/memory.limit_in_bytes")
        #expect(try resources().memoryBytes == 64 << 30)
        try write("\(3 << 30)\n", "/cg/memory\(folder)/memory.limit_in_bytes")
        #expect(try resources().memoryBytes == 3 << 30)
    }

    @Test("The allocation by Slurm is a limit")
    func slurm() throws {
        try writeUnified()
        #expect(try resources(["SLURM_CPUS_PER_TASK": "4"]).processors == 4)
        #expect(try resources(allowed: "3", ["SLURM_CPUS_PER_TASK": "4"]).processors == 2)
        #expect(try resources(["SLURM_CPUS_PER_TASK": "none"]).processors == 64)
        #expect(try resources(["SLURM_CPUS_PER_TASK": "-1"]).processors == 64)
        #expect(try resources(["SLURM_MEM_PER_NODE": "2048"]).memoryBytes == 2 << 30)
        #expect(try resources(["SLURM_MEM_PER_NODE": "0"]).memoryBytes == 64 << 30)
        #expect(try resources(["SLURM_MEM_PER_CPU": "512"]).memoryBytes == 512 << 20)
        #expect(try resources(["SLURM_MEM_PER_CPU": "512", "SLURM_CPUS_PER_TASK": "4"]).memoryBytes == 2 << 30)
        #expect(try resources(["SLURM_MEM_PER_NODE": "\(Int.max)"]).memoryBytes == 64 << 30)
    }

    @Test("Malformed system files are ignored")
    func damaged() throws {
        try write(":::\n0:\n7:cpu\n\n0::", "/proc/self/cgroup")
        try write("a b c - d\n1 2 3 4 5 6 - cgroup2\n- - - - - - - - cgroup2 x rw\n", "/proc/self/mountinfo")
        try write("MemTotal:\nMemTotal: -5 kB\nMemTotal: 99999999999999999999 kB\n", "/proc/meminfo")
        let found = try resources(allowed: "1f")
        #expect(found.processors == 5 && found.memoryBytes == nil)
        #expect(ProcessResources(root: "/nowhere", environment: [:]).processors >= 1)
    }

    @Test("This process has at least one processor, and memory")
    func real() {
        #expect(ProcessResources.current.processors >= 1)
        #expect(ProcessResources.current.memoryBytes ?? 0 > 1 << 20)
    }
}
