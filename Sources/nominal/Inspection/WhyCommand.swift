import ArgumentParser
import Console
import ContentStore
import Jobs
import Manifests
import Pipeline

struct WhyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Show why a task ran.",
        discussion: """
            Prints the changes in the task's key, old -> new, and their first cause. TASK is the name of a task, or a \
            unique part of it. By default the last success is compared with the one before; --run and --against choose \
            two runs. --job explains why the task would run now.

            Examples:
              nominal why wood/metrics
              nominal why wood/metrics --run 12 --against 9
              nominal why wood/metrics --job jobs/demo.json
            """)

    @Argument(help: "The task.", completion: .tasks)
    var task: String

    @OptionGroup var storeOptions: StoreOptions

    @Option(name: .customLong("run"), help: ArgumentHelp("The run to explain.", valueName: "number"), completion: .runs)
    var execution: Int64?

    @Option(help: ArgumentHelp("The run to compare with.", valueName: "number"), completion: .runs)
    var against: Int64?

    @Option(help: "A job manifest, to explain why the task would run now.", completion: .file(extensions: ["json"]))
    var job: String?

    func validate() throws {
        if job != nil, execution != nil || against != nil {
            throw ValidationError("--job explains a future run, --run and --against past runs; use one or the other")
        }
    }

    func run() throws {
        let store = try storeOptions.openExisting(.readOnly)
        for number in [execution, against].compactMap(\.self) where try store.execution(number) == nil {
            throw UnknownRun(number: number)
        }
        if let job {
            let job = try Job(JobManifest.load(path: job), backbones: storeOptions.backbones) {
                try store.sourceDigests(paths: $0)
            }
            return try explain(job, store)
        }
        let name = try TaskChoice.single(task, store)
        guard let explanation = try HistoryExplanation(task: name, run: execution, against: against, store: store)
        else { throw TaskChoiceError.noSuccess(task: name, run: execution) }
        for step in explanation.steps {
            let before = step.before.map { ", compared with run \($0)" } ?? ""
            print("\(step.task) in run \(step.run)\(before)")
            if step.before == nil {
                print(against.map { "    run \($0) did not have this task" } ?? "    it had never succeeded before")
            }
            for difference in step.differences { print("    \(difference)") }
            if step.before != nil, step.differences.isEmpty {
                print(
                    "    nothing in its key differs"
                        + (against == nil ? "; its result was lost or is unusable" : ""))
            }
        }
    }

    private func explain(_ job: Job, _ store: ContentStore) throws {
        let plan = try Planner.plan(job.graph, store: store, keyParts: Job.keyParts)
        let names = plan.steps.map(\.task.path)
        let found =
            [names.filter { $0 == task }, names.filter { $0.hasPrefix(task) }, names.filter { $0.contains(task) }]
            .first { !$0.isEmpty } ?? []
        guard let name = found.first else { throw TaskChoiceError.unknown(text: task) }
        guard found.count == 1 else { throw TaskChoiceError.ambiguous(text: task, found: found.sorted()) }
        guard let step = plan.steps.first(where: { $0.task.path == name }), step.decision != .cached else {
            return print("\(name) would not run: its result is stored")
        }
        guard let cause = plan.causes.first(where: { $0.cause.task == step.task || $0.followers.contains(step.task) })
        else { fatalError("\(name) would run without a cause") }
        if cause.cause.task != step.task {
            print("\(name) would run because of \(cause.cause.task), its first cause")
        }
        PlanView.show(cause.cause)
    }
}
