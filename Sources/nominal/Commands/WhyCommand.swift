import ArgumentParser
import ContentStore
import Jobs
import Manifests
import Pipeline

struct WhyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Says why a task ran: what in its key changed, old -> new, and the first cause of it.",
        discussion: """
            TASK is the name of a task, or a part of it that no other task has. Without a job,
            the last success of the task is compared with the one before it; with --run and
            --against, two runs are. With --job, it says why the task would run now.

            Examples:
              nominal why wood/metrics
              nominal why wood/metrics --run 12 --against 9
              nominal why wood/metrics --job jobs/demo.json
            """)

    @Argument(help: "The task.")
    var task: String

    @OptionGroup var storeOptions: StoreOptions

    @Option(name: .customLong("run"), help: ArgumentHelp("The run to explain.", valueName: "number"))
    var execution: Int64?

    @Option(help: ArgumentHelp("The run to compare with.", valueName: "number"))
    var against: Int64?

    @Option(help: "A job manifest: why the task would run now.", completion: .file(extensions: ["json"]))
    var job: String?

    func validate() throws {
        if job != nil, execution != nil || against != nil {
            throw ValidationError("--job explains what would run, --run and --against what has; give one or the other")
        }
    }

    func run() throws {
        try failing {
            let store = try storeOptions.open(.readOnly)
            for number in [execution, against].compactMap(\.self) where try store.execution(number) == nil {
                throw CancelFault.unknown(number)
            }
            if let job {
                return try explain(Job(JobManifest.load(path: job)) { try store.sourceDigests(paths: $0) }, store)
            }
            let name = try TaskChoice.single(task, store)
            guard let explanation = try HistoryExplanation(task: name, run: execution, against: against, store: store)
            else { throw TaskChoice.Fault.noSuccess(task: name, run: execution) }
            for step in explanation.steps {
                let before = step.before.map { ", compared with run \($0)" } ?? ""
                print("\(step.task) in run \(step.run)\(before)")
                if step.before == nil {
                    print(against.map { "    run \($0) had no key of it" } ?? "    it had never succeeded before")
                }
                for difference in step.differences { print("    \(difference)") }
                if step.before != nil, step.differences.isEmpty {
                    print(
                        "    nothing in its key differs"
                            + (against == nil ? "; its result was lost, or is unusable" : ""))
                }
            }
        }
    }

    private func explain(_ job: Job, _ store: ContentStore) throws {
        let plan = try Planner.plan(job.graph, store: store, keyParts: Job.keyParts)
        let names = plan.steps.map(\.task.path)
        let found =
            [names.filter { $0 == task }, names.filter { $0.hasPrefix(task) }, names.filter { $0.contains(task) }]
            .first { !$0.isEmpty } ?? []
        guard let name = found.first else { throw TaskChoice.Fault.unknown(text: task) }
        guard found.count == 1 else { throw TaskChoice.Fault.ambiguous(text: task, found: found.sorted()) }
        guard let step = plan.steps.first(where: { $0.task.path == name }), step.decision != .cached else {
            return print("\(name) would not run: its result is stored")
        }
        guard let cause = plan.causes.first(where: { $0.cause.task == step.task || $0.followers.contains(step.task) })
        else { fatalError("\(name) would run without a cause") }
        if cause.cause.task != step.task {
            print("\(name) would run after \(cause.cause.task), which is its first cause")
        }
        PlanView.show(cause.cause)
    }
}
