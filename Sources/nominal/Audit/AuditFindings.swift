import Attestations
import Audit
import Console
import ContentStore
import Wording

/// The findings of a check of an attestation, of a history, or of both.
struct AuditFindings: Encodable {
    let attestation: AttestationFindings?
    let history: HistoryFindings?

    var isSound: Bool { attestation?.isSound ?? true && history?.faults.isEmpty ?? true }

    /// Writes the faults to standard error.
    func report() {
        for finding in attestation?.findings ?? [] {
            let text = "\(attestation?.folder ?? "")/\(finding)"
            if finding.isFault { StandardError.error(text) } else { StandardError.note(text) }
        }
        if let statement = attestation?.statement, let outcome = statement.outcome, outcome != "succeeded" {
            StandardError.warning("\(statement.run) ended as \(outcome): the attestation covers the results until then")
        }
        for fault in history?.faults ?? [] { StandardError.error("\(history?.store ?? ""): \(fault)") }
    }

    var text: String { [attestation?.text, history?.text].compactMap { $0 }.joined(separator: "\n") }
}

/// An attestation with a valid signature, and its comparison with a folder.
struct AttestationFindings: Encodable {
    let statement: VerifiedStatement
    let folder: String?
    let findings: [VerifiedStatement.Finding]
    private let file: String
    private let key: String

    init(
        _ file: String, _ key: VerificationKey, _ statement: VerifiedStatement, folder: String? = nil,
        _ findings: [VerifiedStatement.Finding] = []
    ) {
        (self.file, self.key, self.statement) = (file, key.identifier, statement)
        (self.folder, self.findings) = (folder, findings)
    }

    var isSound: Bool { !findings.contains(where: \.isFault) }

    var text: String {
        var lines = [
            "\(file): the signature by the key \(key.prefix(12)) is valid",
            "\(statement.run) \(statement.outcome.map { "ended as \($0)" } ?? "has no known outcome"), by "
                + "\(statement.versions); \(statement.subjects.count) results are attested",
        ]
        if let head = statement.history { lines.append("history of the store at that time: \(head)") }
        guard let folder else { return lines.joined(separator: "\n") }
        var (different, others) = (0, 0)
        for finding in findings {
            switch finding {
            case .changed, .missing: different += 1
            case .unattested: others += 1
            case .byproduct: break
            }
        }
        if different > 0 {
            lines.append("\(folder): \(different) of \(statement.subjects.count) results differ from the attestation")
        }
        if others > 0 { lines.append("\(folder): \(counted(others, "file is", "files are")) not attested") }
        if isSound { lines.append("\(folder): all results are present and equal to the attestation") }
        return lines.joined(separator: "\n")
    }

    private struct Entry: Encodable {
        let kind, file: String
        let isFault: Bool

        init(_ finding: VerifiedStatement.Finding) {
            isFault = finding.isFault
            switch finding {
            case .changed(let name, _, _): (kind, file) = ("changed", name)
            case .missing(let name): (kind, file) = ("missing", name)
            case .unattested(let name): (kind, file) = ("notAttested", name)
            case .byproduct(let name): (kind, file) = ("byproduct", name)
            }
        }
    }

    private enum CodingKeys: CodingKey {
        case attestation, key, run, outcome, versions, results, history, folder, findings
    }

    func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(file, forKey: .attestation)
        try members.encode(key, forKey: .key)
        try members.encode(statement.run, forKey: .run)
        try members.encodeIfPresent(statement.outcome, forKey: .outcome)
        try members.encode(statement.versions, forKey: .versions)
        try members.encode(statement.subjects.count, forKey: .results)
        try members.encodeIfPresent(statement.history.map { "\($0)" }, forKey: .history)
        try members.encodeIfPresent(folder, forKey: .folder)
        try members.encode(findings.map(Entry.init), forKey: .findings)
    }
}

/// The findings of a check of a store's history.
struct HistoryFindings: Encodable {
    let store: String
    let entries: Int
    let faults: [String]
    let head: String

    private enum CodingKeys: CodingKey { case entries, faults, head }

    init(store: String, _ report: HistoryReport) {
        (self.store, entries, faults) = (store, report.entries, report.faults.map { "\($0)" })
        head = report.head.map { "\($0)" } ?? "none"
    }

    var text: String {
        "checked \(entries) entries of the history: "
            + (faults.isEmpty ? "it is intact" : counted(faults.count, "fault"))
            + "\nlast entry: \(head)"
    }
}
