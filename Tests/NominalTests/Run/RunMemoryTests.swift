import Foundation
import Testing

/// `execution.memory` of the manifest, with a network that takes most of it.
@Suite struct RunMemoryTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
    }

    private func run(memory: String?, to name: String) throws -> CommandLineFixture.Outcome {
        try fixture.writeManifest(categories: ["wood"], steps: 2)
        let execution = memory.map { "\"execution\": { \"memory\": \($0) },\n  " } ?? ""
        try fixture.write(
            fixture.text("tiny.json").replacing("\"baseWidth\": 4", with: "\"baseWidth\": 16")
                .replacing("\"batchSize\": 2", with: "\"batchSize\": 8")
                .replacing(
                    "\"image\": { \"width\": 32, \"height\": 32 }",
                    with: "\"image\": { \"width\": 256, \"height\": 256 }"
                )
                .replacing("\"image\":", with: execution + "\"image\":"), to: "tiny.json")
        return try fixture.nominal(
            "run", "tiny.json", "--output", name, "--store", name + ".store", "--threads", "8", "--jobs", "4")
    }

    /// The largest peak memory of the process after any stage, in MiB.
    private func peak(_ name: String) throws -> Int {
        let peaks = try fixture.text(name + "/timing.json").matches(of: /"peakMiB" ?: ?([0-9]+)/)
        return try #require(peaks.compactMap { Int($0.output.1) }.max())
    }

    @Test("A job that does not fit is refused with the memory that it needs, keeps to that, and gives the same bytes")
    func bound() throws {
        let refused = try run(memory: "150000000", to: "refused")
        #expect(refused.status == 65)
        let message = try #require(
            refused.errors.firstMatch(of: /allows 143 MiB; raise it to ([0-9]+) MiB/), "\(refused.errors)")
        #expect(!fixture.exists("refused/metrics.json"))
        let needed = try #require(Int(message.output.1))

        let limited = try run(memory: "\"\(needed) MiB\"", to: "limited")
        #expect(limited.status == 0, "\(limited.errors)")
        #expect(try run(memory: nil, to: "free").status == 0)
        #expect(try fixture.bytes("limited/exports.json") == fixture.bytes("free/exports.json"))
        let peaks = (limited: try peak("limited"), free: try peak("free"))
        #expect(peaks.limited <= needed && needed < peaks.free, "\(peaks) MiB, needed \(needed)")
    }
}
