import ArgumentParser
import Audit
import ContentStore
import Folders
import Foundation
import Manifests
import Pipeline
import Privacy
import Stages

struct ReproduceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reproduce",
        abstract: "Makes a result once more from the image files, in a fresh store, and compares every step.",
        discussion: """
            THING is what nominal lineage takes: a run, a model, a map, a row of scores. The manifest is the one that the run
            had, whatever its file says now; the images are read from where they were. On the same instruction set every digest
            has to be equal. On another one, rounding differs: then it is said how far scores and figures are apart, and
            whether that is within the tolerance. The exit code is 1 when it is not, or when something else differs.

            Examples:
              nominal reproduce 12 --manifest jobs/demo.json
              nominal reproduce runs/demo/models/wood.nominal --manifest jobs/demo.json
              nominal reproduce runs/demo/scores.csv:7 --manifest jobs/demo.json --threads 8
            """)

    @Argument(help: "A file, a row, an image, a model, a task, a run, or a digest.")
    var thing: String

    @Option(
        help: ArgumentHelp(
            "Where the manifest lies now, or the folder of images of a scoring; its text is the one of the run.",
            valueName: "file"))
    var manifest: String?

    @Option(help: ArgumentHelp("Keep the fresh store here; without it, it is removed.", valueName: "folder"))
    var keep: String?

    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var machine: MachineOptions
    @OptionGroup var reporting: ReportingOptions

    func run() throws {
        try failing {
            try storeOptions.requireStore()
            let store = try storeOptions.open(.readOnly)
            let plan = try ReproductionPlan(try LineageSubject(thing, in: store), store)
            let folder = try keep ?? ScratchStore.make()
            guard try !AtomicFile.exists(folder + "/store.sqlite") else {
                throw LineageError.storeThere(folder: folder)
            }
            defer { if keep == nil { try? AtomicFile.removeAll(folder) } }
            let record = plan.run.record
            StandardError.write("run \(record.number), \(record.command), once more in \(folder)")
            let (session, graph) = try prepare(plan, store, folder)
            let summary = try session.execute(graph)
            guard summary.isSuccess else {
                // What was done until then tells where it went wrong.
                if let part = try? Reproduction(
                    of: plan.keys, run: record.number, store, as: summary.execution, in: session.store)
                {
                    tell(part: part)
                }
                return try session.conclude(summary)
            }
            try session.conclude(summary)
            let result = try Reproduction(
                of: plan.keys, run: record.number, store, as: summary.execution, in: session.store)
            try tell(result, record)
        }
    }

    /// A session in the fresh store, and the tasks to do.
    private func prepare(_ plan: ReproductionPlan, _ store: ContentStore, _ folder: String) throws -> (
        RunSession, TaskGraph
    ) {
        let options = try StoreOptions.parse(["--store", folder])
        guard plan.recipe.command == .run else {
            let images = try plan.folder(manifest)
            let session = try RunSession(
                options, machine, keepGoing: false, reporting, subject: "reproduce", Interruption(),
                folders: [NamedFolder(images.absolute, followsLinks: plan.recipe.followsLinks ?? false)],
                redaction: PathRedaction(.relative, base: nil, named: [images.absolute], others: [folder])
            ) { _ in RunOrigin(recipe: "") }
            return (session, try plan.graph(scoring: images, store, fresh: session.store) { try session.digests($0) })
        }
        let job = try plan.manifest(file: manifest, store)
        let session = try RunSession(
            job, options, machine, keepGoing: false, reporting, subject: "reproduce", Interruption(), output: folder,
            recipe: RunRecipe(.run), text: [])
        return (session, try plan.graph(job, store) { try session.digests($0) })
    }

    /// Of a run that did not end well.
    private func tell(part result: Reproduction) {
        let made = result.steps.filter { $0.outcome != .missing }
        print(
            "\(made.count { $0.outcome == .equal }) of \(made.count) steps that were done came out equal, byte for byte; "
                + "\(result.steps.count - made.count) were not done")
        if let first = made.first(where: { $0.outcome != .equal }) { tell(first: first) }
    }

    private func tell(first: Reproduction.Step) {
        print("the first that did not: \(first.task)")
        switch first.outcome {
        case .equal: break
        case .missing: print("    only one of the two runs has a result of it")
        case .otherBytes(let names):
            print("    same key, other bytes: \(names.isEmpty ? "what it refers to" : names.joined(separator: ", "))")
        case .otherKey(let differences): for difference in differences { print("    \(difference)") }
        }
    }

    private func tell(_ result: Reproduction, _ record: ExecutionRecord) throws {
        let equal = result.steps.count { $0.outcome == .equal }
        print("\(equal) of \(result.steps.count) steps came out equal, byte for byte")
        guard let first = result.first else { return }
        tell(first: first)
        if record.versions != RunSession.versions { print("then: \(record.versions)\nnow:  \(RunSession.versions)") }
        if result.deviation.count == 0 {
            print("no score or figure is among these steps, so it is not known how far apart results are")
            throw ExitCode(ExitStatus.taskFailed.rawValue)
        }
        func share(_ value: Double) -> String { "\((value * 10_000).rounded() / 10_000)" }
        let (apart, allowed) = (result.deviation, Reproduction.tolerance)
        print(
            "scores are at most \(share(apart.scores)) apart (tolerance \(allowed.scores)), AUROC at most "
                + "\(share(apart.metrics)) (tolerance \(allowed.metrics)); \(apart.verdicts) verdicts are other ones")
        guard record.versions != RunSession.versions, result.isWithinTolerance else {
            throw ExitCode(ExitStatus.taskFailed.rawValue)
        }
        print("within the tolerance for another instruction set or library")
    }
}
