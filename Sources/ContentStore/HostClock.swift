import Glibc

/// Times for the history and for scheduling; never part of a result.
package enum HostClock {
    /// Nanoseconds since 1970.
    package static func wallNanoseconds() -> Int64 { nanoseconds(CLOCK_REALTIME) }

    /// Seconds from an arbitrary start that never run backwards.
    package static func monotonicSeconds() -> Double { Double(nanoseconds(CLOCK_MONOTONIC)) / 1e9 }

    private static func nanoseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
