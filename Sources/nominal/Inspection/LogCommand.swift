import ArgumentParser
import Console
import ContentStore
import Wording

struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Show the attempts at a task and their output.",
        discussion: """
            TASK is the name of a task, or a unique part of it.

            Examples:
              nominal log wood/train/0003
              nominal log report --run 12
            """)

    @Argument(help: "The task.", completion: .tasks)
    var task: String

    @OptionGroup var storeOptions: StoreOptions

    @Option(
        name: .customLong("run"), help: ArgumentHelp("Show attempts of this run only.", valueName: "number"),
        completion: .runs)
    var execution: Int64?

    func run() throws {
        let store = try storeOptions.openExisting(.readOnly)
        if let execution, try store.execution(execution) == nil { throw UnknownRun(number: execution) }
        let name = try TaskChoice.single(task, store)
        let jobs = try store.jobs(ofTask: name).filter { execution == nil || $0.execution == execution }
        guard !jobs.isEmpty else { throw TaskChoiceError.notInRun(task: name, run: execution ?? 0) }
        for job in jobs {
            var line =
                "\(name)  run \(job.execution), attempt \(job.attempt)  \(Timestamp.text(job.startedAt))  \(job.status)"
            if let failure = job.failure, failure != "failed" { line += " (\(failure))" }
            if let seconds = job.durationSeconds {
                line += (job.status == "succeeded" ? " in " : " after ") + ProgressDisplay.readable(seconds)
            }
            print(line)
            for text in job.log.split(separator: "\n") { print("    \(text)") }
        }
    }
}

/// A look-up of the task that an argument names, in full or in part.
enum TaskChoice {
    static func single(_ text: String, _ store: ContentStore) throws -> String {
        let found = try store.tasks(matching: text)
        guard let first = found.first else { throw TaskChoiceError.unknown(text: text) }
        guard found.count == 1 else { throw TaskChoiceError.ambiguous(text: text, found: found) }
        return first
    }
}

enum TaskChoiceError: ErrorWithExitStatus, Equatable, CustomStringConvertible {
    case unknown(text: String)
    case ambiguous(text: String, found: [String])
    case notInRun(task: String, run: Int64)
    case noSuccess(task: String, run: Int64?)

    var exitStatus: ExitStatus { .invalidData }

    var description: String {
        switch self {
        case .unknown(let text):
            "no task in the history has \"\(text)\" in its name; nominal plan JOB --all lists the tasks of a job"
        case .ambiguous(let text, let found):
            "\"\(text)\" matches \(counted(found.count, "task")): \(found.listed(atMost: 8)); give more of the name"
        case .noSuccess(let task, let run):
            "the task \(task) has no result\(run.map { " in run \($0)" } ?? ""); nominal log \(task) shows its attempts"
        case .notInRun(let task, let run):
            "the task \(task) has no attempt in run \(run): its result was reused, or it is not in the run; omit --run"
        }
    }
}
