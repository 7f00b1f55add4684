import ArgumentParser
import ContentStore
import Folders
import Foundation
import Jobs
import Manifests
import Pipeline

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Shows what a run would do, and why, without doing it.",
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

    @Flag(help: "Also list tasks that are done already.")
    var all = false

    @Flag(help: "Say for each task that would run on its own account every reason, and what follows from it.")
    var explain = false

    @Option(help: ArgumentHelp("Compare with this run instead of with what is stored.", valueName: "run"))
    var against: Int64?

    @OptionGroup var machine: MachineOptions

    func validate() throws {
        if against != nil, all || explain {
            throw ValidationError("--against lists what differs; it goes without --all and --explain")
        }
    }

    func run() throws {
        try failing {
            try PlanCommand.show(try JobManifest.load(path: manifest), storeOptions, machine) { plan, store in
                if let against {
                    guard let keys = try store.taskKeys(against) else { throw PlanFault.unknownRun(against) }
                    return try PlanView.compare(plan, with: keys, of: against, store)
                }
                explain ? PlanView.explain(plan) : PlanView.list(plan, all: all)
                PlanView.total(plan)
            }
        }
    }

    /// Prints the plan of a job. A store that is not there yet is not created.
    static func show(
        _ manifest: JobManifest, _ storeOptions: StoreOptions, _ machine: MachineOptions, verifyContent: Bool = false,
        _ view: (Plan, ContentStore) throws -> Void
    ) throws {
        guard try AtomicFile.exists(storeOptions.path + "/store.sqlite") else {
            let job = try Job(manifest) { try $0.map { try Digest.of(filePath: $0) } }
            StandardError.tell(notes: job.notes, warnings: job.warnings)
            for task in job.graph.tasks { print("run     \(task.id)  (it never ran)") }
            return print(
                "\(job.graph.tasks.count) tasks to run, 0 done already; there is no store at \(storeOptions.path) yet")
        }
        let store = try storeOptions.open(.readOnly)
        let folders = try manifest.folders()
        let job = try Job(manifest) {
            try store.sourceDigests(paths: $0, in: folders, verifyContent: verifyContent)
        }
        StandardError.tell(notes: job.notes, warnings: job.warnings)
        let plan = try Planner.plan(
            job.graph, store: store, keyParts: Job.keyParts, jobs: machine.jobCount,
            wholeMachineLimit: machine.coreCount / machine.threadCount)
        try view(plan, store)
    }
}

/// Why a plan cannot be compared.
enum PlanFault: Error, CustomStringConvertible {
    case unknownRun(Int64)

    var description: String {
        switch self {
        case .unknownRun(let number):
            "of run \(number) no keys are known: there was no such run, or it was interrupted; nominal runs lists runs"
        }
    }
}
