import ArgumentParser
import Console
import ContentStore
import Foundation

struct CollectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc",
        abstract: "Free space in the store.",
        discussion: """
            Without options, removes only blobs that no result refers to: remains of abandoned work, and damaged \
            blobs. With --keep-runs or --keep-used, removes every other result. With --max-size, removes only as much \
            as needed, starting with the results that are cheapest to recompute per byte. Pinned results, promoted \
            models and the results that an active run uses always stay. Runs recompute removed results when needed.

            Examples:
              nominal gc --dry-run --max-size 20G
              nominal gc --keep-runs 3 --keep-used 30d
            """)

    @Option(help: ArgumentHelp("Keep the results of the last runs of each job.", valueName: "count"))
    var keepRuns: Int?

    @Option(help: ArgumentHelp("Keep results used within this time, such as 12h, 30d or 8w.", valueName: "time"))
    var keepUsed: TimeSpan?

    @Option(help: ArgumentHelp("Stop when the store has shrunk to this size, such as 500M or 20G.", valueName: "size"))
    var maxSize: ByteCount?

    @Flag(help: "List what would be removed, in order; remove nothing.")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "Show no progress on standard error.")
    var quiet = false

    @OptionGroup var storeOptions: StoreOptions

    func validate() throws {
        if let keepRuns, keepRuns < 0 { throw ValidationError("--keep-runs is \(keepRuns); expected 0 or more") }
    }

    func run() throws {
        let task = try StoreOperation(
            "removing", isQuiet: quiet, stopped: "stopping: the remaining results stay")
        try storeOptions.requireStore()
        let policy = CollectionPolicy(
            keepRuns: keepRuns, keepUsedSeconds: keepUsed?.seconds, maximumBytes: maxSize?.bytes)
        if dryRun {
            let plan = try storeOptions.open(.readOnly).planCollection(policy)
            for line in Self.lines(plan) { print(line) }
            print("would remove \(Self.outcome(plan.removedBytes, plan))")
        } else {
            let (plan, summary) = try task.run { progress in
                try ContentStore.collect(
                    path: storeOptions.path, policy, lockTimeoutSeconds: storeOptions.lockTimeout,
                    onWait: storeOptions.reportWait
                ) { progress.proceeds($0, $1) }
            }
            print("removed \(Self.outcome(summary.sizeBytes, plan))")
            if summary.spared > 0 {
                StandardError.note("\(summary.spared) blobs stayed because a run has started to use them")
            }
        }
    }

    /// Returns a line per task, in the order of the first removed result. A task may have many: each decoded image is a
    /// result.
    private static func lines(_ plan: CollectionPlan) -> [String] {
        var order: [String?] = []
        var items: [String?: [CollectionPlan.Item]] = [:]
        for item in plan.removed {
            if items[item.task] == nil { order.append(item.task) }
            items[item.task, default: []].append(item)
        }
        let now = Date().timeIntervalSince1970
        return order.map { task in
            let group = items[task] ?? []
            let size = "\(ByteCount(bytes: group.reduce(0) { $0 + $1.sizeBytes }))"
            let start = String(repeating: " ", count: max(0, 12 - size.count)) + size
            let times = group.count > 1 ? ", \(group.count) results" : ""
            guard let task else {
                return start + "  not part of any result\(group.count > 1 ? ", \(group.count) blobs" : "")"
            }
            let used = group.map(\.usedNanoseconds).max() ?? 0
            let seconds = group.reduce(0) { $0 + $1.seconds }
            return start + "  \(task)\(times)  (takes \(readable(seconds)) to recompute, "
                + "last used \(TimeSpan.readable(now - Double(used) / 1e9)) ago)"
        }
    }

    private static func readable(_ seconds: Double) -> String {
        seconds < 0.1 ? "\(Int((seconds * 1000).rounded(.up))) ms" : ProgressDisplay.readable(seconds)
    }

    private static func outcome(_ removed: Int, _ plan: CollectionPlan) -> String {
        let names: [CollectionPlan.Hold: String] = [
            .pinned: "pinned", .promoted: "promoted models", .backbone: "backbones", .night: "nights of retraining",
            .manifest: "manifests of runs",
            .run: "results of the last runs", .recent: "recently used",
            .busy: "in use by an active run",
        ]
        var text = "\(ByteCount(bytes: removed)) of \(ByteCount(bytes: plan.totalBytes))"
        let held = CollectionPlan.Hold.allCases.compactMap { hold in
            plan.heldBytes[hold].map { "\(ByteCount(bytes: $0)) \(names[hold]!)" }
        }
        if !held.isEmpty { text += "; kept: " + held.joined(separator: ", ") }
        return text
    }
}
