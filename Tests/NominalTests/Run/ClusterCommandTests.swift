import Foundation
import Testing

/// Runs on a fake Slurm: programs with the names of Slurm's that start jobs on this machine.
@Suite struct ClusterCommandTests {
    private let fixture: CommandLineFixture
    private let environment: [String: String]

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.writeManifest("tiny", categories: ["wood"], steps: 6)
        environment = ["PATH": fixture.place("bin") + ":/usr/bin:/bin"]
        try writeProgram(
            "sbatch",
            """
            echo "$@" >> \(fixture.place("calls"))
            for word; do
              case $word in --array=0-*) last=${word#--array=0-};; esac
              script=$word
            done
            n=0
            while [ $n -le $last ]; do
              SLURM_ARRAY_TASK_ID=$n sh "$script" > /dev/null 2>> \(fixture.place("workers")) &
              n=$((n + 1))
            done
            """)
        for name in ["squeue", "scancel", "sinfo", "scontrol"] { try writeProgram(name, "exit 0") }
    }

    private func writeProgram(_ name: String, _ text: String) throws {
        try fixture.write("#!/bin/sh\n" + text + "\n", to: "bin/" + name)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: fixture.place("bin/" + name))
    }

    private func run(_ output: String, _ more: String...) throws -> CommandLineFixture.Outcome {
        try fixture.nominal(
            environment: environment,
            ["run", "tiny.json", "--output", output, "--store", output + ".store"] + more)
    }

    @Test("A run through Slurm gives the same files, and leaves nothing behind in the store")
    func same() throws {
        let cluster = try run("a", "--runner", "slurm")
        #expect(cluster.status == 0, "\(cluster.errors)")
        #expect(try run("b").status == 0)
        #expect(try fixture.bytes("a/exports.json") == fixture.bytes("b/exports.json"))
        #expect(fixture.files(below: "a.store/attempts").isEmpty)
        #expect(try run("a").errors.contains("nothing to do"))
        #expect(try fixture.nominal("log", "wood/train/0000", "--store", "a.store").output.contains("nominal "))
        let calls = try fixture.text("calls")
        #expect(calls.contains("--comment=nominal-train-") && calls.contains("--no-requeue"))
    }

    @Test("The manifest's resources are requested from Slurm")
    func settings() throws {
        let runner =
            "\"execution\": { \"runner\": { \"kind\": \"slurm\", \"partition\": \"night\", \"memoryMiB\": 900, \"cpus\": 2, "
            + "\"options\": [\"--qos=low\"] } },\n  \"image\":"
        try fixture.write(
            fixture.text("tiny.json").replacingOccurrences(of: "\"image\":", with: runner), to: "tiny.json")
        #expect(try run("a").status == 0)
        let lines = try fixture.text("calls").split(separator: "\n")
        #expect(lines.allSatisfy { $0.contains("--partition=night --mem=900M --qos=low ") })
        #expect(lines.contains { $0.contains("-train-") && $0.contains("--cpus-per-task=2") })
        #expect(lines.contains { $0.contains("-ingest-") && $0.contains("--cpus-per-task=1") })
    }

    @Test("A rejection by Slurm ends the run with Slurm's message")
    func rejected() throws {
        try writeProgram("sbatch", "echo 'sbatch: error: invalid partition specified: night' >&2; exit 1")
        let outcome = try run("a", "--runner", "slurm")
        #expect(outcome.status == 1 && outcome.errors.contains("invalid partition specified: night"))
    }

    @Test("A run on Slurm reports that Slurm is not installed")
    func missing() throws {
        for name in ["sbatch", "scontrol"] { try fixture.remove("bin/" + name) }
        let path = ["PATH": fixture.place("bin") + ":/nowhere"]
        let outcome = try fixture.nominal(
            environment: path, ["run", "tiny.json", "--output", "a", "--store", "s", "--runner", "slurm"])
        #expect(outcome.status == 1 && outcome.errors.contains("scontrol was not found: install the Slurm client"))
    }

    @Test("Conflicting options and forbidden sbatch options are rejected")
    func refused() throws {
        let check = try run("a", "--runner", "slurm", "--check", "5%")
        #expect(check.status == 64 && check.errors.contains("--runner local"))
        for option in ["--output=/etc/passwd", "--wrap=true", "--export=ALL", "--qos=a b", "--qos=a;b", "-o"] {
            let runner = "\"execution\": { \"runner\": { \"options\": [\"\(option)\"] } },\n  \"image\":"
            try fixture.writeManifest("tiny", categories: ["wood"], steps: 6)
            try fixture.write(
                fixture.text("tiny.json").replacingOccurrences(of: "\"image\":", with: runner), to: "tiny.json")
            let outcome = try fixture.nominal("validate", "tiny.json")
            #expect(outcome.status == 65 && outcome.errors.contains("/execution/runner/options/0: found"))
        }
    }
}
