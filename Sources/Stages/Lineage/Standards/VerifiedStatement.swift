import Attestations
import ContentStore
import Folders
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
        /// A file that the statement does not name.
        case unattested(name: String)
        /// One of those that runs write beside results: it tells of clocks or of the other files, and no statement names it.
        case byproduct(name: String)

        public var isFault: Bool { if case .byproduct = self { false } else { true } }

        public var description: String {
            switch self {
            case .changed(let name, let expected, let found):
                "\(name): its content is \(found.short), attested is \(expected.short): it was changed"
            case .missing(let name): "\(name): attested, and not there"
            case .unattested(let name): "\(name): not attested: nobody stands for what it says"
            case .byproduct(let name): "\(name): not attested, as it tells of clocks or of the other files"
            }
        }
    }

    public let subjects: [Subject]
    /// Where the history of the store stood when the statement was made.
    public let history: HistoryHead?
    public let versions: String
    /// Such as "run 12".
    public let run: String
    /// How the run ended, such as "succeeded" or "failed"; nil in statements of a version that does not say it.
    public let outcome: String?

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
        run = details?["metadata"]?["invocationId"]?.string ?? "a run"
        outcome = details?["metadata"]?["nominal_outcome"]?.string
        history = (details?["byproducts"]?.elements ?? []).first { $0["name"]?.string == "history" }.flatMap { item in
            HistoryHead("\(item["annotations"]?["position"]?.string ?? ""):\(item["digest"]?["sha256"]?.string ?? "")")
        }
    }

    /// Compares the files of a folder with what is attested, and lists those that are not. A name that leads out of the folder counts as
    /// missing. A link to a folder counts as a file that is not attested: what else lies behind it is not looked at.
    ///
    /// - Parameter attestation: the statement's own file, which may lie in the folder.
    /// - Throws: `StoreError` for a file that cannot be read.
    public func findings(in folder: String, besides attestation: String? = nil) throws -> [Finding] {
        let compared: [Finding] = try subjects.compactMap { subject in
            let parts = subject.name.split(separator: "/", omittingEmptySubsequences: false)
            let path = folder + "/" + PathText.read(subject.name)
            guard !parts.contains(".."), !parts.contains(""), try AtomicFile.exists(path) else {
                return .missing(name: subject.name)
            }
            let found = try Digest.of(filePath: path)
            return found == subject.digest ? nil : .changed(name: subject.name, expected: subject.digest, found: found)
        }
        let own = attestation.flatMap { NamedFolder.place(of: $0) }
        let known = Set(subjects.map { PathText.read($0.name) })
        var others: [Finding] = []
        for name in try Self.files(below: folder) where !known.contains(name) {
            if let own, NamedFolder.place(of: folder + "/" + name) == own { continue }
            others.append(ResultFiles.isByproduct(name) ? .byproduct(name: name) : .unattested(name: name))
        }
        return compared + others.sorted { $0.description < $1.description }
    }

    /// The files in a folder and those below, by names relative to it; links are not followed.
    private static func files(below folder: String, prefix: String = "") throws(ListingFault) -> [String] {
        var files: [String] = []
        for name in try FolderListing.names(in: folder) {
            let found = try NamedFolder.inspect(folder + "/" + name)
            if found?.kind == .folder, found?.isLink == false {
                files += try Self.files(below: folder + "/" + name, prefix: prefix + name + "/")
            } else {
                files.append(prefix + name)
            }
        }
        return files
    }
}
