import Foundation
import Testing

/// The command `inspect`. What it finds is tested in FolderInspectionTests.
@Suite struct InspectTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
    }

    @Test("A folder gives a page and a table, and the same bytes again with other threads")
    func files() throws {
        let outcome = try fixture.nominal("inspect", "data", "--output", "look", "--threads", "1")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.hasSuffix("page: look/inspection.html, table: look/images.csv\n"))
        #expect(fixture.files(below: "look") == ["images.csv", "inspection.html"])
        let before = try fixture.signatures(below: "look")
        let again = try fixture.nominal("inspect", "data", "-o", "look", "--threads", "3", "--quiet")
        #expect(again.output == outcome.output && again.errors == "")
        #expect(try fixture.signatures(below: "look") == before)
    }

    @Test("A folder that is missing, and one without images, are told with their exit codes")
    func wrong() throws {
        let missing = try fixture.nominal("inspect", "none")
        #expect(missing.status == 66 && missing.errors.contains("none: no such folder"))
        try FileManager.default.createDirectory(atPath: fixture.path + "/empty", withIntermediateDirectories: true)
        let empty = try fixture.nominal("inspect", "empty")
        #expect(empty.status == 65 && empty.errors.contains("no image in this folder or below"))
        #expect(!fixture.exists("inspection"))
    }
}
