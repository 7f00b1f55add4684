import ContentStore
import Glibc
import Pipeline
import Synchronization

/// The programs that detectors of the kind `external` may run.
///
/// A model holds its program, so that scoring with a model from elsewhere would run a program from elsewhere. Nothing
/// starts one that is not allowed here: it is named by the manifest that the user runs, or all are allowed.
package final class ExternalConsent: SharedResource {
    /// The variable that hands the consent to worker processes: digests separated by commas, or "all".
    package static let variable = "NOMINAL_ALLOW_EXTERNAL"
    private static let all = "all"

    private let allowed: Mutex<Set<String>>

    package init() {
        let text = unsafe getenv(Self.variable).map { unsafe String(cString: $0) } ?? ""
        allowed = Mutex(Set(text.split(separator: ",").map(String.init)))
    }

    /// Allows some programs; nil allows all.
    package func allow(_ programs: [Digest]?) {
        allowed.withLock { $0.formUnion(programs.map { $0.map(\.hex) } ?? [Self.all]) }
    }

    /// The value of the variable for worker processes; nil if nothing is allowed.
    package var text: String? {
        let words = allowed.withLock { $0.sorted() }
        return words.isEmpty ? nil : words.joined(separator: ",")
    }

    /// - Throws: `ExternalFault.notAllowed`.
    func require(_ program: ExternalProgram, task: TaskID) throws {
        let digest = try program.digest.hex
        guard allowed.withLock({ $0.contains(Self.all) || $0.contains(digest) }) else {
            throw ExternalFault.notAllowed(task: "\(task)", command: program.score, files: program.files.count)
        }
    }
}
