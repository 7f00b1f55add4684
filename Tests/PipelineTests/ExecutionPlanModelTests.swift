import ContentStore
import Foundation
import Host
import Synchronization
import Testing

@testable import Pipeline

/// Every order of events that the executor's protocol permits ends. NOMINAL_GRAPHS says how many graphs are tried: `make test-plans`
/// takes 100,000, which is 5 s where the plan is compiled with -O, and longer in a debug build.
@Suite("Execution plans, by chance")
struct ExecutionPlanModelTests {
    private static let count = ProcessInfo.processInfo.environment["NOMINAL_GRAPHS"].flatMap { Int($0) } ?? 3000

    @Test("Random graphs with failures, lost blobs, repairs and other runs end, and what can be done is done")
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
