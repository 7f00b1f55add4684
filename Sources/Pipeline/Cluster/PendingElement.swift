import ContentStore
import Folders

/// An attempt that waits for an element or is part of one.
struct ClusterAttempt {
    let task: RunnableTask
    /// `nil` once the attempt belongs to another job, which records it.
    var attempt: Attempt?
    var hasBegun = false

    init(_ task: RunnableTask) { (self.task, attempt) = (task, task.attempt) }
}

/// Elements of an array by token and number.
struct ElementID: Hashable, Comparable {
    let token: String
    let number: Int

    static func < (left: ElementID, right: ElementID) -> Bool {
        (left.token, left.number) < (right.token, right.number)
    }
}

/// An element that was submitted, with what is expected of it.
struct PendingElement {
    let folder: ElementFolder
    /// Nodes that it is kept from.
    var avoided: [String] = []
    /// By the position of the task in the specification.
    var expected: [Int: ClusterAttempt]
    /// What the queue said last; `nil` before it said anything, and when it does not know it any more.
    var state: ElementState?
    /// Since when the queue says that it is over or is being ended, or does not know it any more.
    var overSince: Double?
    /// True if the queue has said that it took it, or has it.
    var isAcknowledged = false
    /// True if any of its tasks has left a record, or was at work; and whether one has left a record.
    var hasProgressed = false
    var hasRecorded = false
    /// How far it said it was.
    var lastReport: [UInt8] = []

    /// How it ended, once that is for long enough for all that it wrote to be seen.
    func ended(_ options: ClusterOptions, now: Double) -> ElementEnd? {
        guard let overSince else { return nil }
        let seconds = now - overSince
        switch state {
        case .over(let end): return seconds >= options.settleSeconds ? end : nil
        case .ending(let node):
            guard seconds >= options.endingSeconds else { return nil }
            return ElementEnd(.lost, "The node \(node) has been ending its element for \(Int(seconds)) s.")
        default:
            guard seconds >= options.forgottenSeconds else { return nil }
            return ElementEnd(.lost, "The cluster does not know its element any more.")
        }
    }

    /// Takes in what the queue says now; `nil` when it does not know the element.
    mutating func note(_ new: ElementState?, now: Double) {
        switch (state, new) {
        // What has been said to be over is so, also after it is forgotten.
        case (.over, nil): return
        case (nil, nil), (.over, .over), (.ending, .ending): overSince = overSince ?? now
        case (_, nil), (_, .over), (_, .ending): overSince = now
        default: overSince = nil
        }
        isAcknowledged = isAcknowledged || new != nil
        state = new
    }

    /// What its end means for the tasks that have left no record.
    func failure(_ end: ElementEnd) -> AttemptFailure {
        for name in [ElementSpec.refusalName, ElementSpec.shortageName] {
            guard let reason = try? AtomicFile.read("\(folder.path)/\(name)") else { continue }
            return AttemptFailure(.refused, String(decoding: reason, as: UTF8.self))
        }
        return AttemptFailure(end.kind, end.reason + (lastWords.map { " It said: \($0)" } ?? ""))
    }

    /// The end of what it has printed.
    private var lastWords: Substring? {
        guard let log = try? RegularFile("\(folder.path)/\(ElementArray.logName)"),
            let bytes = try? log.read(2000, from: max(0, log.sizeBytes - 2000))
        else { return nil }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").last
    }
}

/// What executions that died have set going on a cluster, by what it computes.
struct OrphanedAttempts {
    struct Place {
        let element: ElementID
        let folder: ElementFolder
        let index: Int
        let attempt: Attempt
    }

    private(set) var submissions: [Submission] = []
    private var places: [Digest: Place] = [:]

    /// Reads what the specifications say; what cannot be read is as good as not there.
    init(_ store: ContentStore) throws {
        submissions = try store.adoptSubmissions()
        for submission in submissions {
            let isCancelled = (try? ElementFolder(submission.folder).holds(ElementSpec.cancelledName)) != false
            for number in 0..<submission.elementCount {
                let folder = ElementFolder("\(submission.folder)/\(number)")
                guard let spec = try? ElementSpec.read("\(folder.path)/\(ElementSpec.fileName)"),
                    spec.version == ElementSpec.currentVersion
                else { continue }
                for (index, task) in spec.tasks.enumerated() {
                    // Nobody begins what has been cancelled.
                    if isCancelled, (try? folder.holds(ElementSpec.beginningName(index))) != true { continue }
                    guard let key = try? Digest(hex: task.key) else { continue }
                    if let known = places[key], known.attempt.number > task.attempt { continue }
                    places[key] = Place(
                        element: ElementID(token: submission.token, number: number), folder: folder, index: index,
                        attempt: Attempt(action: key, number: task.attempt))
                }
            }
        }
    }

    /// Takes the attempt at an action, if it is still the last one, and has not ended.
    mutating func take(_ action: Digest, lastAttempt: Int?, in store: ContentStore) -> Place? {
        guard let place = places.removeValue(forKey: action), place.attempt.number == lastAttempt,
            (try? store.isUnderWay(place.attempt)) == true
        else { return nil }
        return place
    }
}
