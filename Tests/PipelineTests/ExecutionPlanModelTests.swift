import ContentStore
import Foundation
import Host
import Synchronization
import Testing

@testable import Pipeline

/// Checks that every permitted order of events ends the run. NOMINAL_GRAPHS sets the number of graphs. `make
/// test-plans` uses 100,000, which takes 5 s if the plan is compiled with -O, and longer in a debug build.
@Suite("Random execution plans")
struct ExecutionPlanModelTests {
    private static let count = ProcessInfo.processInfo.environment["NOMINAL_GRAPHS"].flatMap { Int($0) } ?? 3000

    @Test("Random graphs with failures, lost blobs, repairs and other runs end with every possible task done")
    func randomGraphs() throws {
        let faults = Mutex<[String]>([])
        try ThreadTeam.forEach(count: Self.count, threads: 2, named: "graphs") { seed in
            var model = try ExecutionPlanModel(seed: UInt64(seed) + 1)
            if let fault = model.fault() { faults.withLock { $0.append("graph \(seed): \(fault)") } }
        }
        let found = faults.withLock { $0 }
        #expect(found.isEmpty, "\(found.count) of \(Self.count): \(found.prefix(10))")
    }
}
