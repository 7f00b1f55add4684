import Attestations
import ContentStore
import Folders
import Foundation
import Jobs
import Manifests

/// A provenance statement whose signature was verified.
package struct VerifiedStatement: Sendable {
    package struct Subject: Sendable, Equatable {
        package let name: String
        package let digest: Digest
    }

    /// The state of one file in a folder that is checked against a statement.
    package enum Finding: Sendable, Equatable, CustomStringConvertible {
        case changed(name: String, expected: Digest, found: Digest)
        case missing(name: String)
        /// A file that the statement does not name.
        case unattested(name: String)
        /// A file that runs write beside results, such as a table of times; statements never name it.
        case byproduct(name: String)

        package var isFault: Bool { if case .byproduct = self { false } else { true } }

        package var description: String {
            switch self {
            case .changed(let name, let expected, let found):
                "\(name): changed: its digest is \(found.short), attested is \(expected.short)"
            case .missing(let name): "\(name): attested, but missing"
            case .unattested(let name): "\(name): not attested"
            case .byproduct(let name):
                "\(name): not attested, because it is not a result: it records times or describes other files"
            }
        }
    }

    package let subjects: [Subject]
    /// The head of the store's history when the statement was made.
    package let history: HistoryHead?
    package let versions: String
    /// The name of the run, such as "run 12".
    package let run: String
    /// The outcome of the run, such as "succeeded" or "failed"; nil in statements of version 1.
    package let outcome: String?

    /// - Throws: `AttestationError`.
    package init(_ envelope: SignedEnvelope, by key: VerificationKey, name: String) throws(AttestationError) {
        let bytes = try envelope.verifiedPayload(by: key, type: ProvenanceStatement.payloadType, name: name)
        func malformed(_ fault: String) -> AttestationError { .malformed(name: name, fault: fault) }
        let document: JSONValue
        do {
            document = try JSONParser.parse(bytes, file: name, sizeLimit: SignedEnvelope.sizeLimit)
        } catch {
            throw malformed("its payload is not JSON: \(error)")
        }
        guard document["_type"]?.string == ProvenanceStatement.statementType,
            document["predicateType"]?.string == ProvenanceStatement.predicateType
        else {
            throw malformed(
                "expected an in-toto statement v1 with the predicate \(ProvenanceStatement.predicateType), found "
                    + "\(document["_type"]?.string ?? "none") with \(document["predicateType"]?.string ?? "none")")
        }
        let kind = document["predicate"]?["buildDefinition"]?["buildType"]?.string ?? "none"
        guard ProvenanceStatement.knownBuildTypes.contains(kind) else {
            throw malformed(
                "its build type is \(kind), this program reads \(ProvenanceStatement.knownBuildTypes.joined(separator: " and "))"
            )
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

    /// Compares the files of a folder with the statement. A name that leads out of the folder counts as missing. A link
    /// to a folder counts as an unattested file and is not followed.
    ///
    /// - Parameter attestation: the statement's own file, which may lie in the folder.
    /// - Throws: `StoreError` for a file that cannot be read.
    package func findings(in folder: String, besides attestation: String? = nil) throws -> [Finding] {
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

    /// The relative names of all files below a folder; links are not followed.
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
