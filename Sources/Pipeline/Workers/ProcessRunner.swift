import ContentStore
import Foundation
import Host

/// Computes each attempt in its own process. Its process tree can be killed, as time and memory limits require.
final class ProcessRunner: TaskRunner {
    private struct RunningAttempt {
        let task: RunnableTask
        let attempt: Attempt
        let folder: String
        let spec: ElementSpec
        let process: WorkerProcess
        let start = HostClock.monotonicSeconds()
    }

    private let context: RunContext
    private let program: WorkerProgram
    private var running: [RunningAttempt] = []
    private var isCancelled = false

    init(_ context: RunContext, _ program: WorkerProgram) { (self.context, self.program) = (context, program) }

    var freeSlots: Int { context.options.jobs - running.count }

    func start(_ task: RunnableTask) {
        var attempt: Attempt?
        do {
            let begun = try context.begin(task)
            attempt = begun
            running.append(try launch(task, begun))
        } catch {
            post(task, attempt, .failure(error), seconds: 0)
        }
    }

    private func launch(_ task: RunnableTask, _ attempt: Attempt) throws -> RunningAttempt {
        let folder = try context.folders.take()
        do {
            let path = URL(filePath: folder).path
            var spec = ElementSpec(
                program: program.version, store: URL(filePath: context.store.path).path, folder: path,
                threads: context.threads(for: task.task),
                tasks: [try TaskRecord(task.task, key: task.key, attempt: attempt)])
            spec.timeLimitSeconds = context.options.policy.timeLimitSeconds
            spec.memoryLimitBytes = context.options.policy.memoryLimitBytes
            let own = path + "/own"
            try AtomicFile.createPrivateFolder(own)
            let process = try WorkerProcess(
                program, [own, try spec.write()], timeLimitSeconds: spec.timeLimitSeconds,
                memoryLimitBytes: spec.memoryLimitBytes, firstTask: 0)
            context.observer.taskStarted(task.task.id)
            return RunningAttempt(task: task, attempt: attempt, folder: folder, spec: spec, process: process)
        } catch {
            context.folders.giveBack(folder, isEmpty: false)
            throw error
        }
    }

    func poll() -> Double? {
        var still: [RunningAttempt] = []
        for attempt in running {
            let (reports, status) = attempt.process.poll()
            for (report, _) in reports {
                guard let progress = report.progress else { continue }
                context.observer.taskProgressed(
                    attempt.task.task.id, completed: progress.completed, total: progress.total, unit: progress.unit,
                    note: progress.note)
            }
            if let status {
                end(attempt, status)
            } else if isCancelled {
                attempt.process.kill()
                end(attempt, .failure(PipelineError.cancelled))
            } else if let failure = attempt.process.excess() {
                attempt.process.kill()
                end(attempt, .failure(failure))
            } else {
                still.append(attempt)
            }
        }
        running = still
        return running.isEmpty ? nil : HostClock.monotonicSeconds() + WorkerProcess.pollSeconds
    }

    func stop(isCancelled: Bool) { self.isCancelled = self.isCancelled || isCancelled }

    func close() {
        isCancelled = true
        _ = poll()
    }

    private func end(_ attempt: RunningAttempt, _ status: Int32) {
        guard let record = (try? attempt.spec.record(of: 0)) ?? nil else {
            return end(attempt, .failure(WorkerProcess.failure(status)))
        }
        end(attempt, Result { try record.result(context.store, kept: context.kept) }, record)
    }

    private func end(
        _ attempt: RunningAttempt, _ result: Result<ActionResult, any Error>, _ record: WorkerRecord? = nil
    ) {
        context.folders.giveBack(attempt.folder, isEmpty: false)
        post(
            attempt.task, attempt.attempt, result, seconds: HostClock.monotonicSeconds() - attempt.start,
            log: record?.log ?? "",
            peakMiB: record?.peakMiB)
    }

    private func post(
        _ task: RunnableTask, _ attempt: Attempt?, _ result: Result<ActionResult, any Error>, seconds: Double,
        log: String = "", peakMiB: Int? = nil
    ) {
        let end = TaskEnd(
            index: task.index, attempt: attempt, result: result, seconds: seconds, log: log, peakMiB: peakMiB)
        context.events.post([.ended(end)])
    }
}
