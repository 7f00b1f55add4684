import Foundation
import Testing

@testable import nominal

@Suite("nominal doctor")
struct DoctorTests {
    private let fixture: CommandLineFixture

    init() throws { fixture = try CommandLineFixture() }

    @Test("The report names the processor, the libraries and the store, and creates no store")
    func report() throws {
        let outcome = try fixture.nominal("doctor", "--no-speed")
        #expect(outcome.status == 0)
        for words in ["processor ", "oneDNN ", "OpenSSL 3.", "SQLite 3.", ".nominal, will be created", " free\n"] {
            #expect(outcome.output.contains(words), "\(words)")
        }
        #expect(!fixture.exists(".nominal"))
    }

    @Test("The time of a training is estimated for the network and the steps of a manifest")
    func estimate() throws {
        func seconds(_ steps: Int) throws -> Double {
            try fixture.writeManifest(steps: steps)
            let outcome = try fixture.nominal("doctor", "tiny.json", "--json")
            let report = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
            let training = try #require(report?["training"] as? [String: Any])
            #expect(training["steps"] as? Int == steps && training["width"] as? Int == 32)
            return try #require(training["secondsPerModel"] as? Double)
        }
        // The two measurements are taken one after the other on a busy machine.
        #expect(try seconds(1_000_000) > 20 * seconds(1000))
    }

    @Test("A detector without training has no estimate")
    func untrained() throws {
        try fixture.writeManifest()
        let text = try fixture.text("tiny.json")
        try fixture.write(
            text.replacing("{\n  \"name\"", with: "{\n  \"detector\": {\"kind\": \"memory\"},\n  \"name\""),
            to: "tiny.json")
        let outcome = try fixture.nominal("doctor", "tiny.json")
        #expect(outcome.status == 0 && !outcome.output.contains("speed"), "\(outcome.errors)")
    }

    @Test("A store that cannot be read is an error with exit code 1")
    func damaged() throws {
        try fixture.write("not a database, but long enough to be read as one", to: ".nominal/store.sqlite")
        let outcome = try fixture.nominal("doctor", "--no-speed")
        #expect(outcome.status == 1)
        #expect(outcome.errors.hasPrefix("error: ") && outcome.errors.contains(".nominal"))
    }
}
