import ContentStore
import Folders

/// An attempt that waits for an element or belongs to one.
struct ClusterAttempt {
    let task: RunnableTask
    /// The attempt to record; `nil` if it belongs to another job, which records it.
    var attempt: Attempt?
    var hasBegun = false
}

/// The identity of an element: the token of its array and its number.
struct ElementID: Hashable, Comparable {
    let token: String
    let number: Int

    static func < (left: ElementID, right: ElementID) -> Bool {
        (left.token, left.number) < (right.token, right.number)
    }
}

/// A submitted element with its expected records.
struct PendingElement {
    let folder: ElementFolder
    /// The excluded nodes.
    var avoided: [String] = []
    /// Attempts without a record, by task position in the specification.
    var expected: [Int: ClusterAttempt]
    /// The last state that the queue reported; `nil` if it does not list the element.
    var state: ElementState?
    /// The time since which the queue has reported the element as over or ending, or has not listed it.
    var overSince: Double?
    /// True if the queue has accepted or listed the element.
    var isAcknowledged = false
    /// True if any task has begun or left a record.
    var hasProgressed = false
    /// True if any task has left a record.
    var hasRecorded = false
    /// The bytes of the last progress report.
    var lastReport: [UInt8] = []

    /// The element's end, after enough time for all its files to become visible; `nil` before.
    func ended(_ options: ClusterOptions, now: Double) -> ElementEnd? {
        guard let overSince else { return nil }
        let seconds = now - overSince
        switch state {
        case .over(let end): return seconds >= options.settleSeconds ? end : nil
        case .ending(let node):
            guard seconds >= options.endingSeconds else { return nil }
            return ElementEnd(.lost, "The node \(node) is still terminating the element after \(Int(seconds)) s.")
        default:
            guard seconds >= options.forgottenSeconds else { return nil }
            return ElementEnd(.lost, "The queue no longer lists the element.")
        }
    }

    /// Records the state that the queue reports; `nil` if it does not list the element.
    mutating func note(_ new: ElementState?, now: Double) {
        switch (state, new) {
        // An ended element stays so after the queue forgets it.
        case (.over, nil): return
        case (nil, nil), (.over, .over), (.ending, .ending): overSince = overSince ?? now
        case (_, nil), (_, .over), (_, .ending): overSince = now
        default: overSince = nil
        }
        isAcknowledged = isAcknowledged || new != nil
        state = new
    }

    /// The failure of the tasks that left no record.
    func failure(_ end: ElementEnd) -> AttemptFailure {
        for name in [ElementSpec.refusalName, ElementSpec.shortageName] {
            guard let reason = try? AtomicFile.read("\(folder.path)/\(name)") else { continue }
            return AttemptFailure(.refused, String(decoding: reason, as: UTF8.self))
        }
        return AttemptFailure(end.kind, end.reason + (lastLogLine.map { " Last line of its log: \($0)" } ?? ""))
    }

    /// The last line of the element's log.
    private var lastLogLine: Substring? {
        guard let log = try? RegularFile("\(folder.path)/\(ElementArray.logName)"),
            let bytes = try? log.read(2000, from: max(0, log.sizeBytes - 2000))
        else { return nil }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").last
    }
}

/// Attempts that dead executions left on a cluster, by action.
struct OrphanedAttempts {
    struct Place {
        let element: ElementID
        let folder: ElementFolder
        let index: Int
        let attempt: Attempt
    }

    private(set) var submissions: [Submission] = []
    private var places: [Digest: Place] = [:]

    /// Reads the specifications of the submissions. Unreadable ones are ignored.
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
                    // Cancelled elements begin no further task.
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

    /// Takes the attempt at an action if it is still the latest and has not ended.
    mutating func take(_ action: Digest, lastAttempt: Int?, in store: ContentStore) -> Place? {
        guard let place = places.removeValue(forKey: action), place.attempt.number == lastAttempt,
            (try? store.isUnderWay(place.attempt)) == true
        else { return nil }
        return place
    }
}
