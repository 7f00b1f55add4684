import Attestations
import ContentStore
import Foundation
import Pipeline
import PipelineTestSupport
import StrictJSON
import Testing

@testable import Audit
@testable import Jobs
@testable import Stages

/// Tests JSON from files, workers and bundles.
@Suite("Strict JSON")
struct StrictJSONTests {
    /// A decoder of a document type, with a valid document.
    struct Document: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let read: @Sendable ([UInt8]) throws -> Void

        init<Value: Decodable & SendableMetatype>(_ name: String, _ type: Value.Type, _ text: String) {
            (testDescription, self.text) = (name, text)
            read = { _ = try StageJSON.decode(type, $0) }
        }

        init(_ name: String, text: String, _ read: @escaping @Sendable ([UInt8]) throws -> Void) {
            (testDescription, self.text, self.read) = (name, text, read)
        }
    }

    private static let digest = String(repeating: "5", count: 64)

    static let documents = [
        Document(
            "shard record",
            text: """
                {"version":2,"program":"0.1.0","shard":1,"count":2,"model":"\(digest)","tolerance":1.5,"list":"\(digest)",\
                "imageCount":7,"scores":"\(digest)","exports":"\(digest)","sha256":""}
                """
        ) { _ = try StageJSON.decode(ShardRecord.self, $0) },
        Document(
            "verdict of a night",
            text: """
                {"version":2,"isPromoted":true,"criteria":[{"name":"a","rule":"b","isWorse":false}]}
                """
        ) { _ = try Verdict(bytes: $0) },
        Document("list of exports", [String: String].self, "{\"report.html\":\"\(digest)\"}"),
        Document("scores", ScoreIndex.self, "{\"entries\":[]}"),
        Document(
            "worker record",
            text: """
                {"version":3,"key":"k","attempt":1,"outputs":[{"name":"a","digest":"\(digest)","sizeBytes":1}],"references":[],\
                "warnings":[],"log":"","seconds":1,"host":"h","processor":"p","versions":"v"}
                """
        ) { _ = try StrictJSON.decode(WorkerRecord.self, from: $0) },
        Document(
            "element specification",
            text: """
                {"version":2,"program":"0.1.0","store":"/s","folder":"/s/attempts/1/array-1/0","threads":2,\
                "timeLimitSeconds":9.5,"requiredFreeBytes":1,"tasks":[{"task":"a/b","stage":"score","stageVersion":3,\
                "settings":"{}","key":"\(digest)","attempt":1,"inputs":[{"name":"i","digest":"\(digest)"}],"sources":[]}]}
                """
        ) { bytes in
            let folder = try TemporaryFolder()
            try AtomicFile.writePrivate(bytes, to: folder.path + "/element.json")
            _ = try ElementSpec.read(folder.path + "/element.json")
        },
        Document(
            "roll of a night",
            text: """
                {"version":1,"champion":"\(digest)","start":"warm","copies":0,"isForced":false,"members":[{"source":"\(digest)",\
                "file":"a.png","isNew":true,"isHeldOut":false}]}
                """
        ) { _ = try Roll(bytes: $0) },
        Document("recipe of a run", text: #"{"version":1,"command":"score","tolerance":3,"engine":"onednn"}"#) {
            bytes in
            guard RunRecipe(json: String(decoding: bytes, as: UTF8.self)) != nil else {
                throw CocoaError(.coderInvalidValue)
            }
        },
        Document(
            "statement that is signed",
            text: """
                {"_type":"https://in-toto.io/Statement/v1","predicate":{"buildDefinition":{"buildType":"urn:nominal:run:1"},"runDetails":{"metadata":{"invocationId":"run 12"}}},\
                "predicateType":"https://slsa.dev/provenance/v1","subject":[{"digest":{"sha256":"\(digest)"},"name":"report.html"}]}
                """
        ) { bytes in
            let key = SigningKey()
            let envelope = SignedEnvelope(bytes, type: ProvenanceStatement.payloadType, by: key)
            _ = try VerifiedStatement(envelope, by: key.verificationKey, name: "statement")
        },
        Document(
            "envelope",
            text: """
                {"payload":"e30=","payloadType":"t","signatures":[{"keyid":"k","sig":"AAAA"}]}
                """
        ) { _ = try SignedEnvelope(json: $0, name: "envelope") },
    ]

    /// Copies with a duplicate key in one object, and with other invalid JSON.
    private func faults(_ text: String) -> [String] {
        var faults = [
            text + "{}", text + ",", "\u{FEFF}" + text, text.replacing("}", with: ",}"), "// c\n" + text,
            String(text.dropLast()),
        ]
        for match in text.matches(of: /(?<member>"[A-Za-z0-9.]+":(?:"[^"]*"|[0-9.]+|true|false|\[\]))/) {
            faults.append(text.replacingCharacters(in: match.range, with: "\(match.member),\(match.member)"))
        }
        return faults
    }

    @Test("Duplicate keys and other invalid JSON are refused", arguments: documents)
    func strict(_ document: Document) throws {
        try document.read(Array(document.text.utf8))
        let faults = faults(document.text)
        #expect(faults.count > 6)
        for text in faults {
            #expect(throws: (any Error).self, "\(text)") { try document.read(Array(text.utf8)) }
        }
    }

    @Test("A duplicate key in two spellings is detected")
    func escapes() {
        #expect(throws: JSONError.self) {
            try StrictJSON.decode([String: Int].self, from: Array(#"{"a": 1, "\u0061": 2}"#.utf8))
        }
    }
}
