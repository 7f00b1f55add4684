import Glibc

/// Clocks for the history and for scheduling. Times are never part of a result.
package enum HostClock {
    /// Nanoseconds since 1970.
    package static func wallNanoseconds() -> Int64 { nanoseconds(CLOCK_REALTIME) }

    /// Monotonic seconds from an arbitrary start.
    package static func monotonicSeconds() -> Double { Double(nanoseconds(CLOCK_MONOTONIC)) / 1e9 }

    /// The processor time of all threads of this process, in seconds.
    package static func processorSeconds() -> Double { Double(nanoseconds(CLOCK_PROCESS_CPUTIME_ID)) / 1e9 }

    private static func nanoseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
