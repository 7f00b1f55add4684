import Foundation
import Testing

@testable import nominal

@Suite("Opening a report")
struct ReportViewerTests {
    @Test("run --open calls xdg-open on a desktop, and prints the address elsewhere")
    func open() throws {
        let fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.writeManifest(categories: ["wood"])
        try fixture.write(
            "#!/bin/sh\necho \"$1\" > '\(fixture.place("opened.new"))'\nmv '\(fixture.place("opened.new"))' '\(fixture.place("opened"))'\n",
            to: "bin/xdg-open")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: fixture.place("bin/xdg-open"))
        let address = "file://\(fixture.place("runs/tiny/report.html"))"
        let path = fixture.place("bin") + ":/usr/bin:/bin"
        let remote = try fixture.nominal(
            environment: ["PATH": path, "DISPLAY": "", "WAYLAND_DISPLAY": "", "BROWSER": ""],
            "run", "tiny.json", "--quiet", "--open")
        #expect(remote.status == 0, "\(remote.errors)")
        #expect(remote.output.hasSuffix("open this address in a browser: \(address)\n"))
        #expect(!fixture.exists("opened"))
        let desktop = try fixture.nominal(
            environment: ["PATH": path, "DISPLAY": ":0"], "run", "tiny.json", "--quiet", "--open")
        #expect(desktop.status == 0 && !desktop.output.contains("open this address"))
        // The browser is not waited for.
        for _ in 0..<2000 where !fixture.exists("opened") { usleep(5000) }
        #expect(try fixture.text("opened") == address + "\n")
    }
}
