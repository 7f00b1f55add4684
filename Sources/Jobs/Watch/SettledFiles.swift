import Folders

/// Finds the files of a folder that are new and no longer written to. A pure value without a clock or file access.
package struct SettledFiles: Sendable {
    private struct Known {
        var state: FileState
        /// The time at which the file had this state first.
        var since: Double
        var isTaken = false
    }

    private let settleSeconds: Double
    private var known: [String: Known] = [:]

    /// - Parameter settleSeconds: the time for which a file must not change.
    package init(settleSeconds: Double) { self.settleSeconds = settleSeconds }

    /// Takes the files that have settled and were not taken before in this state, in the order of `files`.
    ///
    /// - Parameters:
    ///   - files: all files of the folder. Those that are missing are forgotten.
    ///   - now: seconds on a monotonic clock.
    package mutating func take(_ files: [(name: String, state: FileState)], now: Double) -> [String] {
        var next: [String: Known] = [:]
        var taken: [String] = []
        for (name, state) in files {
            var entry = known[name] ?? Known(state: state, since: now)
            if entry.state != state { entry = Known(state: state, since: now) }
            if !entry.isTaken, now - entry.since >= settleSeconds {
                entry.isTaken = true
                taken.append(name)
            }
            next[name] = entry
        }
        known = next
        return taken
    }

    /// The seconds until the next file may settle; nil if no file is about to.
    package func secondsToNext(now: Double) -> Double? {
        known.values.filter { !$0.isTaken }.map { max(0, $0.since + settleSeconds - now) }.min()
    }

    /// Returns a file to the ones that are still to be taken.
    package mutating func giveBack(_ name: String, now: Double) {
        known[name]?.isTaken = false
        known[name]?.since = now
    }
}
