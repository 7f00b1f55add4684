import Foundation
import Testing

/// What `--depfile` writes, as GNU make reads it.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/make"), "GNU make is not installed"))
struct DepfileTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.writeManifest(categories: ["wood"])
        // Names that mean something to make.
        for name in ["of today", "#1", "$(HOME)", "12:30", "a\\b"] {
            try fixture.writeImage(0.5, width: 64, height: 64, to: "data/wood/test/good/\(name).png")
        }
        try fixture.write(
            """
            out/metrics.json: tiny.json
            \t@echo made again
            include depends.mk

            """, to: "Makefile")
        let outcome = try fixture.nominal("run", "tiny.json", "--output", "out", "--depfile", "depends.mk")
        #expect(outcome.status == 0)
    }

    @Test("make finds nothing to do after a run")
    func upToDate() throws {
        let outcome = try fixture.tool("make", "-q")
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    @Test("make sees that an image has changed", arguments: ["of today", "#1", "$(HOME)", "12:30", "a\\b"])
    func changed(name: String) throws {
        let image = fixture.place("data/wood/test/good/\(name).png")
        let later = Date(timeIntervalSinceNow: 60)
        try FileManager.default.setAttributes([.modificationDate: later], ofItemAtPath: image)
        let outcome = try fixture.tool("make", "-n")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output == "echo made again\n")
    }

    @Test("make goes on when an image is gone", arguments: ["of today", "#1", "$(HOME)", "12:30", "a\\b"])
    func removed(name: String) throws {
        try fixture.remove("data/wood/test/good/\(name).png")
        let outcome = try fixture.tool("make", "-n")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output == "echo made again\n")
    }
}
