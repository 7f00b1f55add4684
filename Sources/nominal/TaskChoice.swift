import ContentStore

/// Finds the task that a user means by a part of its name.
enum TaskChoice {
    enum Fault: Error, Equatable, CustomStringConvertible {
        case unknown(text: String)
        case ambiguous(text: String, found: [String])
        case notInRun(task: String, run: Int64)
        case noSuccess(task: String, run: Int64?)

        var description: String {
            switch self {
            case .unknown(let text):
                "no task in the history has \"\(text)\" in its name; nominal plan JOB --all lists the tasks of a job"
            case .ambiguous(let text, let found):
                "\"\(text)\" may be \(found.count) tasks: \(found.prefix(8).joined(separator: ", "))"
                    + (found.count > 8 ? ", ..." : "") + "; write more of the name"
            case .noSuccess(let task, let run):
                "the task \(task) has no result\(run.map { " in run \($0)" } ?? ""); nominal log \(task) shows its attempts"
            case .notInRun(let task, let run):
                "the task \(task) has no attempt in run \(run): it was done already, or not part of it; leave --run out"
            }
        }
    }

    static func single(_ text: String, _ store: ContentStore) throws -> String {
        let found = try store.tasks(matching: text)
        guard let first = found.first else { throw Fault.unknown(text: text) }
        guard found.count == 1 else { throw Fault.ambiguous(text: text, found: found) }
        return first
    }
}
