import ArgumentParser
import ContentStore

struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Shows the attempts at a task: when, how long, how they ended, and what they wrote.",
        discussion: """
            TASK is the name of a task, or a part of it that no other task has.

            Examples:
              nominal log wood/train/0003
              nominal log report --run 12
            """)

    @Argument(help: "The task.")
    var task: String

    @OptionGroup var storeOptions: StoreOptions

    @Option(name: .customLong("run"), help: ArgumentHelp("Only attempts of this run.", valueName: "number"))
    var execution: Int64?

    func run() throws {
        try failing {
            let store = try storeOptions.open(.readOnly)
            let name = try TaskChoice.single(task, store)
            let jobs = try store.jobs(ofTask: name).filter { execution == nil || $0.execution == execution }
            guard !jobs.isEmpty else { throw TaskChoice.Fault.notInRun(task: name, run: execution ?? 0) }
            for job in jobs {
                var line =
                    "\(name)  run \(job.execution), attempt \(job.attempt)  \(Moment.text(job.startedAt))  \(job.status)"
                if let failure = job.failure, failure != "failed" { line += " (\(failure))" }
                if let seconds = job.durationSeconds {
                    line += (job.status == "succeeded" ? " in " : " after ") + ProgressDisplay.readable(seconds)
                }
                print(line)
                for text in job.log.split(separator: "\n") { print("    \(text)") }
            }
        }
    }
}
