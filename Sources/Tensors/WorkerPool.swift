import Glibc
import Host

/// A thread pool that distributes numbered pieces of work. The calling thread is worker 0.
///
/// The assignment of pieces to workers varies, so a piece must give the same result on every worker.
public final class WorkerPool: @unchecked Sendable {
    public typealias Piece = (_ piece: Int, _ worker: Int) -> Void

    /// The number of threads, including the caller's. Less than requested if the system provides fewer.
    public private(set) var workerCount: Int
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let workArrived: UnsafeMutablePointer<pthread_cond_t>
    private let workEnded: UnsafeMutablePointer<pthread_cond_t>
    // Guarded by the mutex.
    private var body: Piece?
    private var next = 0
    private var count = 0
    private var running = 0
    private var alive = 0
    private var stopped = false

    /// - Parameter workerCount: The number of threads including the caller's, at least 1.
    public init(workerCount: Int) {
        self.workerCount = max(1, workerCount)
        mutex = .allocate(capacity: 1)
        workArrived = .allocate(capacity: 1)
        workEnded = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(workArrived, nil)
        pthread_cond_init(workEnded, nil)
        for worker in 1..<max(1, self.workerCount) where worker < self.workerCount { startThread(worker) }
    }

    /// Stops the threads. No run may be in progress.
    public func stop() {
        pthread_mutex_lock(mutex)
        stopped = true
        pthread_cond_broadcast(workArrived)
        while alive > 0 { pthread_cond_wait(workEnded, mutex) }
        pthread_mutex_unlock(mutex)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        pthread_cond_destroy(workArrived)
        pthread_cond_destroy(workEnded)
        mutex.deallocate()
        workArrived.deallocate()
        workEnded.deallocate()
    }

    /// Runs `body` for every number in 0 ..< pieces and returns when all have finished.
    ///
    /// Pass a stored closure to avoid an allocation per call.
    public func run(_ pieces: Int, _ body: @escaping Piece) {
        OneDNN.useCallingThreadOnly()
        if workerCount == 1 || pieces <= 1 {
            for piece in 0..<max(0, pieces) { body(piece, 0) }
            return
        }
        pthread_mutex_lock(mutex)
        (self.body, next, count) = (body, 0, pieces)
        pthread_cond_broadcast(workArrived)
        work(as: 0)
        while running > 0 { pthread_cond_wait(workEnded, mutex) }
        self.body = nil
        pthread_mutex_unlock(mutex)
    }

    /// Returns the results of `body` for all elements, in their order. `body` runs on several threads.
    ///
    /// - Throws: The error of the first element that failed.
    public func map<Element, Output, Failure: Error>(
        _ elements: [Element], _ body: @escaping (Element) throws(Failure) -> Output
    ) throws(Failure) -> [Output] {
        var results = [Result<Output, Failure>?](repeating: nil, count: elements.count)
        results.withUnsafeMutableBufferPointer { results in
            let results = results.baseAddress
            run(elements.count) { piece, _ in
                results![piece] = Result { () throws(Failure) in try body(elements[piece]) }
            }
        }
        var outputs: [Output] = []
        for result in results { outputs.append(try result!.get()) }
        return outputs
    }

    /// Runs pieces until none is left. The mutex is locked on entry and on return.
    private func work(as worker: Int) {
        guard let body else { return }
        running += 1
        while next < count {
            let piece = next
            next += 1
            pthread_mutex_unlock(mutex)
            body(piece, worker)
            pthread_mutex_lock(mutex)
        }
        running -= 1
        if running == 0 { pthread_cond_signal(workEnded) }
    }

    private func startThread(_ worker: Int) {
        pthread_mutex_lock(mutex)
        alive += 1
        pthread_mutex_unlock(mutex)
        do throws(HostError) {
            try WorkThread.start(named: "network \(worker)") { [self] in serve(as: worker) }
        } catch {
            pthread_mutex_lock(mutex)
            alive -= 1
            pthread_mutex_unlock(mutex)
            workerCount = worker
        }
    }

    private func serve(as worker: Int) {
        OneDNN.useCallingThreadOnly()
        pthread_mutex_lock(mutex)
        while !stopped {
            if next < count, body != nil {
                work(as: worker)
            } else {
                pthread_cond_wait(workArrived, mutex)
            }
        }
        alive -= 1
        pthread_cond_broadcast(workEnded)
        pthread_mutex_unlock(mutex)
    }
}
