import ContentStore
import Foundation
import Host

/// What the queue is asked.
extension ClusterDispatcher {
    /// Asks the queue, now and then, what has become of the elements.
    func askQueue() {
        let now = HostClock.monotonicSeconds()
        guard !elements.isEmpty, now - lastQuestion >= max(options.pollSeconds, min(15, (now - lastChange) / 10)) else {
            return
        }
        lastQuestion = now
        let states: [String: [Int: ElementState]]
        do throws(ClusterQueueError) {
            states = try options.queue.states(of: Set(elements.keys.map(\.token)).sorted())
        } catch {
            return noAnswer(error, now)
        }
        refusingSince = nil
        for id in elements.keys.sorted() {
            elements[id]?.note(states[id.token]?[id.number], now: now)
            guard let element = elements[id], let ended = element.ended(options, now: now) else { continue }
            do {
                try collect(id)
            } catch {
                // What it has left may be there all the same.
                notice("\(error)")
                if now - (element.overSince ?? now) < options.silenceSeconds { continue }
            }
            // What the queue has never owned to may never have been there.
            end(id, ended, counting: element.isAcknowledged ? .begun : .none(delaySeconds: options.refusedSeconds))
        }
        closeEmpty()
        tell(now)
    }

    private func noAnswer(_ error: ClusterQueueError, _ now: Double) {
        notice("\(error)")
        // What was queued may have begun since.
        for (id, element) in elements where element.state == .pending { elements[id]?.state = nil }
        guard case .rejected = error else { return refusingSince = nil }
        let since = refusingSince ?? now
        refusingSince = since
        guard now - max(since, lastSign) > options.silenceSeconds else { return }
        // It would not tell if they had ended long ago.
        for id in elements.keys.sorted() { end(id, ElementEnd(.refused, "\(error)"), counting: .all) }
        closeEmpty()
        refusingSince = nil
    }

    private func tell(_ now: Double) {
        let running = elements.values.count { if case .running = $0.state { true } else { false } }
        run.observer.clusterAdvanced(pending: elements.count - running, running: running)
        let isQuiet = now - lastChange > (running == 0 ? options.forgottenSeconds : options.reminderSeconds)
        guard elements.count > running, isQuiet, now - lastObstacles > options.forgottenSeconds else { return }
        lastObstacles = now
        for obstacle in options.queue.obstacles() { notice(obstacle) }
        let avoided = Set(elements.values.flatMap { $0.state == .pending ? $0.avoided : [] }).sorted()
        if !avoided.isEmpty {
            notice(
                "Some of what waits was submitted while these nodes were left out: \(avoided.joined(separator: ", "))")
        }
    }
}
