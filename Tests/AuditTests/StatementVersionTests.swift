import Attestations
import ContentStore
import Testing

@testable import Audit

@Suite("Versions of provenance statements")
struct StatementVersionTests {
    private func verify(_ version: Int) throws -> VerifiedStatement {
        let text = """
            {"_type":"https://in-toto.io/Statement/v1","predicate":{"buildDefinition":{"buildType":"urn:nominal:run:\(version)"}},\
            "predicateType":"https://slsa.dev/provenance/v1","subject":[{"digest":{"sha256":"\(Digest.of(text: "page"))"},\
            "name":"report.html"}]}
            """
        let key = SigningKey()
        let envelope = SignedEnvelope(Array(text.utf8), type: ProvenanceStatement.payloadType, by: key)
        return try VerifiedStatement(envelope, by: key.verificationKey, name: "statement")
    }

    @Test("Those that this program knows are read", arguments: [1, 2])
    func known(version: Int) throws {
        #expect(try verify(version).subjects.map(\.name) == ["report.html"])
    }

    @Test("Others are refused with both versions", arguments: [0, 3, 21])
    func unknown(version: Int) {
        let error = #expect(throws: AttestationError.self) { try verify(version) }
        let words = "\(error!)"
        #expect(words.contains("urn:nominal:run:\(version),") && words.contains("reads urn:nominal:run:1"), "\(words)")
    }
}
