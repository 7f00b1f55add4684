import ContentStore

/// An attempt at a task on its way: waiting for an element, or part of one.
struct ClusterAttempt {
    let task: Int
    let key: ActionKey
    /// Of the last attempt on record before this run.
    var lastAttempt: Int?
    /// Once it has been begun.
    var attempt: Attempt?
    /// Of this task in this run.
    var failures: [AttemptFailure] = []
    /// By the monotonic clock: not to be submitted before.
    var notBefore = 0.0
    /// How often it was in an element that ended before its turn came.
    var returns = 0
    var hasBegun = false
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
struct FlyingElement {
    let folder: ElementFolder
    /// By the position of the task in the specification.
    var expected: [Int: ClusterAttempt]
    /// What the queue said last; `nil` before it said anything.
    var state: ElementState?
    /// Since when the queue says that it is over, or does not know it any more.
    var overSince: Double?
    /// Whether the queue has said that it took it.
    var isAcknowledged = false
    /// Whether any of its tasks has left a record, or was at work; and whether one has left a record.
    var hasProgressed = false
    var hasRecorded = false

    /// Why it is over, and whether that is for long enough for all that it wrote to be seen.
    func end(_ options: ClusterOptions, now: Double) -> (FailureClass, String)? {
        switch state {
        case .over(let kind, let reason):
            guard let overSince, now - overSince >= options.settleSeconds else { return nil }
            return (kind, reason)
        default:
            guard let overSince, now - overSince >= options.forgottenSeconds else { return nil }
            return (.lost, "The cluster does not know its element any more.")
        }
    }

    /// Takes in what the queue says now; `nil` when it does not know the element.
    mutating func note(_ new: ElementState?, now: Double) {
        switch new {
        case .over: overSince = overSince ?? now
        case nil:
            // What has been said to be over is so, also after it is forgotten.
            if case .over = state { return }
            overSince = overSince ?? now
            return
        default: overSince = nil
        }
        state = new
    }
}
