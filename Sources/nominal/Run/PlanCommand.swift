import ArgumentParser
import Console
import ContentStore
import Jobs
import Manifests
import Pipeline
import Wording

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what a run would do, and why.",
        discussion: """
            Examples:
              nominal plan jobs/demo.json
              nominal plan jobs/toothbrush.json --all
              nominal plan jobs/demo.json --explain
              nominal plan jobs/demo.json --against 12
            """)

    @Argument(help: "The job manifest.", completion: .file(extensions: ["json"]))
    var manifest: String

    @OptionGroup var storeOptions: StoreOptions

    @Flag(help: "Also list finished tasks.")
    var all = false

    @Flag(help: "Show every reason for the tasks that cause others to run, and the tasks that follow.")
    var explain = false

    @Option(help: ArgumentHelp("Compare with this run instead of the stored results.", valueName: "run"))
    var against: Int64?

    @OptionGroup var machine: MachineOptions

    func validate() throws {
        if against != nil, all || explain {
            throw ValidationError("--against cannot be combined with --all or --explain")
        }
    }

    func run() throws {
        try PlanCommand.show(try JobManifest.load(path: manifest), storeOptions, machine, against: against) {
            plan, store in
            if let against {
                guard try store.execution(against) != nil else { throw UnknownRun(number: against) }
                guard let keys = try store.taskKeys(against) else { throw PlanError.noKeys(against) }
                return try PlanView.compare(plan, with: keys, of: against, store)
            }
            explain ? PlanView.explain(plan) : PlanView.list(plan, all: all)
            PlanView.total(plan)
        }
    }

    /// Prints the plan of a job. A missing store is not created.
    static func show(
        _ manifest: JobManifest, _ storeOptions: StoreOptions, _ machine: MachineOptions, verifyContent: Bool = false,
        against: Int64? = nil,
        _ view: (Plan, ContentStore) throws -> Void
    ) throws {
        guard try storeOptions.storeExists() else {
            if let against { throw UnknownRun(number: against) }
            let job = try Job(manifest) {
                try storeOptions.inputDigests($0, nil, threads: machine.threadCount, verifyContent: verifyContent)
            }
            StandardError.tell(notes: job.notes, warnings: job.warnings)
            for task in job.graph.tasks { print("run     \(task.id)  (it never ran)") }
            try PlanView.sizes(job.graph.tasks, nil)
            return print(
                "\(counted(job.graph.tasks.count, "task")) to run, 0 cached; there is no store at \(storeOptions.path) yet"
            )
        }
        let store = try storeOptions.open(.readOnly)
        let folders = try manifest.folders()
        let job = try Job(manifest, backbones: storeOptions.backbones) {
            try storeOptions.inputDigests(
                $0, store, in: folders, threads: machine.threadCount, verifyContent: verifyContent)
        }
        StandardError.tell(notes: job.notes, warnings: job.warnings)
        let plan = try Planner.plan(
            job.graph, store: store, keyParts: Job.keyParts, jobs: machine.jobCount,
            wholeMachineLimit: machine.coreCount / machine.threadCount)
        try view(plan, store)
        let cached = Set(plan.steps.filter { if case .cached = $0.decision { true } else { false } }.map(\.task))
        try PlanView.sizes(job.graph.tasks.filter { !cached.contains($0.id) }, store)
    }
}

/// An error in the options of a plan.
enum PlanError: ErrorWithExitStatus, CustomStringConvertible {
    case noKeys(Int64)

    var exitStatus: ExitStatus { .invalidData }

    var description: String {
        switch self {
        case .noKeys(let number):
            "run \(number) has no recorded keys, because it was interrupted; choose another run (nominal runs)"
        }
    }
}
