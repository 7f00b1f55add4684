import ContentStore
import Host
import Synchronization

/// The thread that has the tasks of a run computed on a cluster; started when there is something to do.
final class ClusterCrew: Crew {
    private let run: ExecutionRun
    private let options: ClusterOptions
    private let isMustered = Mutex(false)
    private let isWorking = Monitor(false)

    init(_ run: ExecutionRun, _ options: ClusterOptions) { (self.run, self.options) = (run, options) }

    func muster() throws {
        let isFirst = isMustered.withLock { isMustered in
            defer { isMustered = true }
            return !isMustered
        }
        guard isFirst else { return }
        isWorking.update { $0 = true }
        do throws(HostError) {
            try ThreadTeam.start(named: "cluster") { [self] in
                work()
                isWorking.update { $0 = false }
            }
        } catch {
            isWorking.update { $0 = false }
            throw error
        }
    }

    func dismiss() {
        run.board.update { $0.isOver = true }
        isWorking.wait { $0 ? nil : () }
        // Where all was done before, what a run of the same job that died has set going is not wanted either.
        let wasMustered = isMustered.withLock { isMustered in
            defer { isMustered = true }
            return isMustered
        }
        if !wasMustered { ClusterDispatcher(run, options).closeOrphans() }
    }

    private func work() {
        let dispatcher = ClusterDispatcher(run, options)
        while true {
            let (isOver, isStopped) = run.board.inspect { ($0.isOver, $0.plan.isStopped) }
            if isOver || run.cancellation.isSet || (isStopped && dispatcher.isIdle) {
                dispatcher.stop()
                // What was abandoned makes the run end.
                return run.board.wait { $0.isOver ? () : nil }
            }
            if isStopped {
                dispatcher.beginToStop()
            } else {
                dispatcher.takeReady()
                dispatcher.submitDue()
            }
            dispatcher.collect()
            dispatcher.askQueue()
            let isIdle = dispatcher.isIdle
            run.store.hurry()
            run.board.wait(atMostSeconds: options.pollSeconds) { [run] board in
                // While elements are out, what becomes ready meanwhile gathers, so that it is submitted together.
                board.isOver || board.plan.isStopped != isStopped || run.cancellation.isSet
                    || (isIdle && (isStopped || board.plan.hasReady)) ? () : nil
            }
        }
    }
}
