/// The right to publish one action's result, once. A later attempt at the same action takes the right away.
public struct Attempt: Sendable, Hashable {
    public let action: Digest
    /// Counts from 1 over all runs.
    public let number: Int

    /// For attempts that come back from elsewhere; new ones come from `ContentStore.beginAttempt`.
    public init(action: Digest, number: Int) {
        self.action = action
        self.number = number
    }
}
