import Backbones
import ContentStore
import Pipeline
import Stages
import Wording

/// Renders plans as text.
enum PlanView {
    private static let mostFollowers = 8

    /// Prints every task that will or may run, one per line; with `all`, the cached ones too.
    static func list(_ plan: Plan, all: Bool) {
        for step in plan.steps {
            switch step.decision {
            case .cached: if all { print("cached  \(step.task)") }
            case .run(let reasons):
                print("run     \(step.task)  (\(reasons.map(\.description).joined(separator: "; ")))")
            case .dependsOn(let producer): print("wait    \(step.task)  (after \(producer))")
            }
        }
    }

    /// Prints the tasks with reasons of their own, all their reasons, and the tasks that follow from each.
    static func explain(_ plan: Plan) {
        for (cause, followers) in plan.causes {
            show(cause)
            guard !followers.isEmpty else { continue }
            print("    may also run: \(followers.map(\.path).listed(atMost: mostFollowers))")
        }
    }

    static func show(_ cause: Plan.Step) {
        guard case .run(let reasons) = cause.decision else { return }
        print("\(cause.task) would run because:")
        for reason in reasons { print("    \(reason)") }
    }

    /// Prints the differences between a plan and a run: changed keys, new tasks and removed tasks.
    static func compare(_ plan: Plan, with keys: TaskKeys, of run: Int64, _ store: ContentStore) throws {
        var previous = Dictionary(keys.entries.map { ($0.task, $0.key) }) { first, _ in first }
        var same = 0
        for step in plan.steps {
            guard let old = previous.removeValue(forKey: step.task.path) else {
                print("new     \(step.task)")
                continue
            }
            guard let key = step.key else {
                print("unknown \(step.task)  (an upstream task will run)")
                continue
            }
            if key.digest == old {
                same += 1
                continue
            }
            let differences = try store.recordedKey(old).map { KeyDifference.between($0, RecordedKey(key)) }
            let reason = differences?.map(\.description).joined(separator: "; ")
            print("differs \(step.task)  (\(reason ?? "its previous key is no longer stored"))")
        }
        for task in previous.keys.sorted() { print("removed \(task)") }
        print("\(same) tasks unchanged since run \(run)")
    }

    /// Prints the sizes of detectors on pretrained features, before they are fitted.
    ///
    /// - Parameter store: the store with their networks; nil if there is none.
    static func sizes(_ tasks: [PipelineTask], _ store: ContentStore?) throws {
        var known: [Digest: Backbone] = [:]
        for task in tasks {
            let size = try DetectorSize(task.stage) {
                guard let store, case .blob(let digest)? = task.inputs.first(where: { $0.name == "backbone" })?.source
                else { return nil }
                if let known = known[digest] { return known }
                let backbone = try Backbone(bytes: try store.read(digest), name: "backbone \(digest.short)")
                known[digest] = backbone
                return backbone
            }
            guard let size else { continue }
            print("size    \(task.id)  (\(size.words)\(size.bytes.map { ": \(ByteCount(bytes: $0))" } ?? ""))")
        }
    }

    static func total(_ plan: Plan) {
        let toRun = plan.steps.count - plan.cachedCount
        print("\(toRun) tasks to run, \(plan.cachedCount) cached")
        guard toRun > 0 else { return }
        let unmeasured = plan.estimate.unmeasured
        let missing = unmeasured.isEmpty ? "" : ", plus unmeasured stages: \(unmeasured.joined(separator: ", "))"
        if let seconds = plan.estimate.seconds {
            print("expected: about \(ProgressDisplay.readable(seconds)) if all of them run\(missing)")
        }
    }
}
