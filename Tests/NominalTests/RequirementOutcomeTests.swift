import Testing

@Suite("A run that misses a requirement of its manifest") struct RequirementOutcomeTests {
    @Test("is recorded, shown and attested with an outcome of its own")
    func outcome() throws {
        let fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.writeManifest("job", categories: ["wood"])
        let manifest = try fixture.text("job.json")
        func run(_ bound: String) throws -> CommandLineFixture.Outcome {
            try fixture.write(
                manifest.replacing("\"name\":", with: "\"require\": { \"pixelF1Max\": \">= \(bound)\" }, \"name\":"),
                to: "required.json")
            return try fixture.nominal("run", "required.json", "--output", "out", "-q")
        }
        #expect(try run("0").status == 0)
        let missed = try run("1")
        #expect(missed.status == 1 && missed.errors.contains("the manifest requires at least 1"), "\(missed)")
        let runs = try fixture.nominal("runs").output
        #expect(runs.contains("  succeeded in ") && runs.contains("  missed a requirement after "), "\(runs)")
        #expect(try fixture.nominal("runs", "--json").output.contains("\"outcome\":\"requirementMissed\""))
        #expect(try fixture.nominal("status").output.contains("missed a requirement"))
        #expect(try fixture.nominal("keys", "create", "key").status == 0)
        #expect(try fixture.nominal("attest", "2", "--key", "key", "--output", "a.json").status == 0)
        let verified = try fixture.nominal("verify", "--attestation", "a.json", "--public-key", "key.pub")
        #expect(verified.status == 0 && verified.output.contains("ended as requirementMissed"), "\(verified)")
        #expect(verified.errors.contains("warning: run 2 ended as requirementMissed"))
        #expect(try fixture.nominal("verify", "--history").status == 0)
    }
}
