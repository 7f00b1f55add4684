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
    /// How often it was in an element that ended, or was rejected, before its turn came.
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
