import ContentStore
import Foundation
import Manifests

/// A statement whose signature holds, and what it says.
public struct VerifiedStatement: Sendable {
    public struct Subject: Sendable, Equatable {
        public let name: String
        public let digest: Digest
    }

    /// What a file that a statement names is like now.
    public enum Finding: Sendable, Equatable, CustomStringConvertible {
        case changed(name: String, expected: Digest, found: Digest)
        case missing(name: String)

        public var description: String {
            switch self {
            case .changed(let name, let expected, let found):
                "\(name): its content is \(found.short), attested is \(expected.short): it was changed"
            case .missing(let name): "\(name): attested, and not there"
            }
        }
    }

    public let subjects: [Subject]
    /// Where the history of the store stood when the statement was made.
    public let history: HistoryHead?
    public let versions: String

    /// - Throws: `AttestationError`.
    public init(_ envelope: SignedEnvelope, by key: VerificationKey, name: String) throws(AttestationError) {
        let bytes = try envelope.verifiedPayload(by: key, type: ProvenanceStatement.payloadType, name: name)
        func malformed(_ fault: String) -> AttestationError { .malformed(name: name, fault: fault) }
        let document: JSONValue
        do {
            document = try JSONParser.parse(bytes, file: name, sizeLimit: SignedEnvelope.sizeLimit)
        } catch {
            throw malformed("what is signed is not JSON: \(error)")
        }
        guard document["_type"]?.string == ProvenanceStatement.statementType,
            document["predicateType"]?.string == ProvenanceStatement.predicateType
        else {
            throw malformed(
                "expected an in-toto statement v1 with the predicate \(ProvenanceStatement.predicateType), found "
                    + "\(document["_type"]?.string ?? "none") with \(document["predicateType"]?.string ?? "none")")
        }
        var subjects: [Subject] = []
        for subject in document["subject"]?.elements ?? [] {
            guard let name = subject["name"]?.string, let hex = subject["digest"]?["sha256"]?.string,
                let digest = try? Digest(hex: hex)
            else { throw malformed("a subject has no name or no SHA-256") }
            subjects.append(Subject(name: name, digest: digest))
        }
        guard !subjects.isEmpty else { throw malformed("it has no subject") }
        self.subjects = subjects
        let details = document["predicate"]?["runDetails"]
        versions = details?["builder"]?["version"]?["run"]?.string ?? ""
        history = (details?["byproducts"]?.elements ?? []).first { $0["name"]?.string == "history" }.flatMap { item in
            HistoryHead("\(item["annotations"]?["position"]?.string ?? ""):\(item["digest"]?["sha256"]?.string ?? "")")
        }
    }

    /// Compares the files of a folder with what is attested. A name that leads out of the folder counts as missing.
    ///
    /// - Throws: `StoreError` for a file that cannot be read.
    public func findings(in folder: String) throws -> [Finding] {
        try subjects.compactMap { subject in
            let parts = subject.name.split(separator: "/", omittingEmptySubsequences: false)
            let path = folder + "/" + subject.name
            guard !parts.contains(".."), !parts.contains(""), FileManager.default.fileExists(atPath: path) else {
                return .missing(name: subject.name)
            }
            let found = try Digest.of(filePath: path)
            return found == subject.digest ? nil : .changed(name: subject.name, expected: subject.digest, found: found)
        }
    }
}
