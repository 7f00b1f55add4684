import Synchronization

/// Set once, when the run shall stop.
final class CancellationFlag: Sendable {
    private let isRaised = Atomic<Bool>(false)

    var isSet: Bool { isRaised.load(ordering: .acquiring) }

    func set() { isRaised.store(true, ordering: .releasing) }
}
