import Glibc

/// Waiting for what other processes have.
enum Waiting {
    /// What `attempt` gives, as soon as it gives something; `nil` where it has not within `limitSeconds`.
    ///
    /// - Parameter onWait: called once, when it has taken `quietSeconds`.
    static func attempt<Value>(
        limitSeconds: Double, pollMicroseconds: UInt32, quietSeconds: Double = 0, onWait: () -> Void = {},
        _ attempt: () throws(StoreError) -> Value?
    ) throws(StoreError) -> Value? {
        let start = HostClock.monotonicSeconds()
        var hasAnnounced = false
        while true {
            if let value = try attempt() { return value }
            let waited = HostClock.monotonicSeconds() - start
            guard waited < limitSeconds else { return nil }
            if !hasAnnounced, waited >= quietSeconds {
                onWait()
                hasAnnounced = true
            }
            usleep(pollMicroseconds)
        }
    }
}
