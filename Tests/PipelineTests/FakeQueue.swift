import ContentStore
import Host
import Synchronization

@testable import Pipeline

/// A simulated cluster that runs elements on threads with the fates that a test chooses.
final class FakeQueue: ClusterQueue {
    enum Fate {
        /// All tasks are computed.
        case works
        /// All tasks are computed on two nodes at once.
        case worksTwice
        /// Tasks up to this number are computed and one more begins before the element ends.
        case ends(after: Int, FailureClass)
        /// The queue forgets the element immediately.
        case isForgotten
        /// The element stays pending.
        case waits
        /// The node fails to terminate the element.
        case isBeingEnded
        case isRefused
        case isShortOfSpace
    }

    private struct State: Sendable {
        var arrays: [ElementArray] = []
        var states: [String: [Int: ElementState]] = [:]
        var cancelled: [String] = []
        var times: [Double] = []
    }

    private let fate: @Sendable (_ array: Int, _ element: Int) -> Fate
    private let answer: @Sendable (_ array: Int) -> ClusterQueueError?
    private let tasks: [String: PipelineTask]
    /// The nodes in the order in which they receive elements, and those on which elements end at once.
    private let nodes: [String]
    private let broken: Set<String>
    /// The maximum number of elements that the queue accepts at a time.
    private let room: Int
    private let answersQuestion: @Sendable () -> ClusterQueueError?
    private let state = Mutex(State())
    private let working = Monitor(0)

    /// - Parameters:
    ///   - fate: The fate of an element, by array and element number.
    ///   - answer: The answer to the submission of an array. An unacknowledged array is queued anyway.
    init(
        _ tasks: [PipelineTask], fate: @escaping @Sendable (Int, Int) -> Fate = { _, _ in .works },
        answer: @escaping @Sendable (Int) -> ClusterQueueError? = { _ in nil },
        nodes: [String] = ["n1"], broken: Set<String> = [], room: Int = .max,
        question: @escaping @Sendable () -> ClusterQueueError? = { nil }
    ) {
        (self.nodes, self.broken, self.room, answersQuestion) = (nodes, broken, room, question)
        self.tasks = Dictionary(tasks.map { ($0.id.path, $0) }) { first, _ in first }
        (self.fate, self.answer) = (fate, answer)
    }

    var arrays: [ElementArray] { state.withLock { $0.arrays } }
    /// The time of each submission.
    var times: [Double] { state.withLock { $0.times } }
    var cancelled: [String] { state.withLock { $0.cancelled } }

    /// Adds pending arrays of one element each, as submitted by other runs.
    func holds(_ tokens: [String]) {
        state.withLock { state in
            for token in tokens { state.states[token] = [0: .pending] }
        }
    }

    /// Blocks until no element is running.
    func rest() { working.wait { $0 == 0 ? () : nil } }

    func arrayLimit() -> Int { 10 }
    func capacity() -> ClusterCapacity? { ClusterCapacity(idleCores: 0, nodes: Set(nodes)) }
    func obstacles() -> [String] { ["The node n1 is drained."] }

    func cancel(_ tokens: [String], onlyPending: Bool) {
        state.withLock { state in
            for token in tokens where !state.cancelled.contains(token) { state.cancelled.append(token) }
            // Pending elements end. Running ones finish by themselves.
            for token in tokens {
                for (element, known) in state.states[token] ?? [:] where known == .pending {
                    state.states[token]?[element] = .over(ElementEnd(.killed, "It was cancelled."))
                }
            }
        }
    }

    func states(of tokens: [String]) throws(ClusterQueueError) -> [String: [Int: ElementState]] {
        if let error = answersQuestion() { throw error }
        return state.withLock { $0.states.filter { tokens.contains($0.key) } }
    }

    func submit(_ array: ElementArray) throws(ClusterQueueError) {
        let number = state.withLock { state in
            state.arrays.append(array)
            state.times.append(HostClock.monotonicSeconds())
            return state.arrays.count - 1
        }
        let answer = array.count > room ? .full("too many") : answer(number)
        switch answer {
        case .rejected, .full: throw answer!
        default: break
        }
        for element in 0..<array.count { start(element, of: array, fate(number, element)) }
        if let answer { throw answer }
    }

    private func start(_ element: Int, of array: ElementArray, _ fate: Fate) {
        let file = "\(array.folder)/\(element)/\(ElementSpec.fileName)"
        guard let node = nodes.first(where: { !array.avoided.contains($0) }) else {
            return note(.pending, element, array)
        }
        if broken.contains(node) {
            return note(.over(ElementEnd(.lost, "It ended on \(node).", culprit: node)), element, array)
        }
        switch fate {
        case .isForgotten: return
        case .waits: return note(.pending, element, array)
        case .isBeingEnded: return note(.ending(node: node), element, array)
        case .isRefused, .isShortOfSpace:
            let name = if case .isRefused = fate { ElementSpec.refusalName } else { ElementSpec.shortageName }
            _ = try? ElementFolder("\(array.folder)/\(element)").publish(
                Array("No room.".utf8), as: name, by: "\(array.folder)/\(element)/r")
            return note(.over(ElementEnd(.lost, "It ended.", culprit: node)), element, array)
        case .works, .worksTwice, .ends: break
        }
        note(.running(node: node), element, array)
        let times = if case .worksTwice = fate { 2 } else { 1 }
        working.update { $0 += times }
        for time in 0..<times {
            try? ThreadTeam.start(named: "element") { [self] in
                if let spec = try? ElementSpec.read(file) { compute(spec, fate, "own-\(time)") }
                if case .ends(_, let kind) = fate {
                    note(.over(ElementEnd(kind, "Its node went up in smoke.")), element, array)
                } else {
                    note(.over(ElementEnd(.lost, "It ended.", culprit: node)), element, array)
                }
                working.update { $0 -= 1 }
            }
        }
    }

    private func compute(_ spec: ElementSpec, _ fate: Fate, _ name: String) {
        var count = spec.tasks.count
        if case .ends(let done, _) = fate { count = min(done, count) }
        let part = ElementSpec(
            program: spec.program, store: spec.store, folder: spec.folder, threads: spec.threads,
            tasks: Array(spec.tasks.prefix(count)))
        let own = spec.folder + "/" + name
        guard (try? AtomicFile.createPrivateFolder(own)) != nil else { return }
        try? ElementWorker(part, own: own, versions: "test").run(keyParts: [], report: { _ in }) { [tasks] record in
            guard let found = tasks[record.task] else { throw AttemptFailure(.refused, "no task \(record.task)") }
            return found.stage
        }
        if count < spec.tasks.count { try? spec.elementFolder.mark(ElementSpec.beginningName(count)) }
    }

    private func note(_ new: ElementState, _ element: Int, _ array: ElementArray) {
        state.withLock { $0.states[array.token, default: [:]][element] = new }
    }
}
