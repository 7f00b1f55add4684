import ArgumentParser
import ContentStore
import Foundation
import Manifests
import Pipeline
import Stages

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Shows what a run would do, and why, without doing it.",
        discussion: """
            Examples:
              nominal plan jobs/demo.json
              nominal plan jobs/toothbrush.json --all
            """)

    @Argument(help: "The job manifest.", completion: .file(extensions: ["json"]))
    var manifest: String

    @OptionGroup var storeOptions: StoreOptions

    @Flag(help: "Also list tasks that are done already.")
    var all = false

    func run() throws {
        try failing { try PlanCommand.show(try JobManifest.load(path: manifest), storeOptions, explain: all) }
    }

    /// Prints the plan of a job. A store that is not there yet is not created.
    static func show(
        _ manifest: JobManifest, _ storeOptions: StoreOptions, explain all: Bool, verifyContent: Bool = false
    ) throws {
        guard FileManager.default.fileExists(atPath: storeOptions.path + "/store.sqlite") else {
            let job = try Job(manifest) { try $0.map { try Digest.of(filePath: $0) } }
            for note in job.notes { StandardError.write("note: \(note)") }
            for task in job.graph.tasks { print("run     \(task.id)  (it never ran)") }
            return print(
                "\(job.graph.tasks.count) tasks to run, 0 done already; there is no store at \(storeOptions.path) yet")
        }
        let store = try storeOptions.open(.readOnly)
        let job = try Job(manifest) { try store.sourceDigests(paths: $0, verifyContent: verifyContent) }
        for note in job.notes { StandardError.write("note: \(note)") }
        let plan = try Planner.plan(job.graph, store: store, keyParts: Job.keyParts)
        for step in plan.steps {
            switch step.decision {
            case .cached: if all { print("done    \(step.task)") }
            case .run(let reasons):
                print("run     \(step.task)  (\(reasons.map(\.description).joined(separator: "; ")))")
            case .dependsOn(let producer): print("wait    \(step.task)  (after \(producer))")
            }
        }
        let toRun = plan.steps.count - plan.cachedCount
        print("\(toRun) tasks to run, \(plan.cachedCount) done already")
    }
}
