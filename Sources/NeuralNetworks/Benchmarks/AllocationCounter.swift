import Glibc

/// The counters of `bench/count_allocations.c`, if the program runs under it.
struct AllocationCounter {
    private typealias Counter = UnsafeMutablePointer<Int>
    private let own: Counter
    private let libraries: Counter

    init?() {
        guard let own = dlsym(nil, "nominal_own_allocations"), let libraries = dlsym(nil, "nominal_library_allocations")
        else { return nil }
        self.own = own.assumingMemoryBound(to: Int.self)
        self.libraries = libraries.assumingMemoryBound(to: Int.self)
    }

    func reset() { (own.pointee, libraries.pointee) = (0, 0) }

    var counts: (own: Int, libraries: Int) { (own.pointee, libraries.pointee) }
}
