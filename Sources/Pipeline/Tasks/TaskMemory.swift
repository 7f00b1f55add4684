/// An estimate of the memory that a running task takes, beside the program itself. It is not part of the action key.
public struct TaskMemory: Sendable, Hashable {
    /// The memory of a task that holds neither images nor a network.
    public static let small = TaskMemory(bytes: 32 << 20)
    /// The memory of the program itself, in bytes: code, libraries and the store.
    public static let programBytes = 128 << 20

    public let bytes: Int
    /// Further bytes for each thread of the task.
    public let bytesPerThread: Int

    public init(bytes: Int, bytesPerThread: Int = 0) { (self.bytes, self.bytesPerThread) = (bytes, bytesPerThread) }

    func bytes(threads: Int) -> Int { bytes + threads * bytesPerThread }
}

/// A limit on the memory of a run: which tasks fit, and with how many threads. Threads do not change results.
public struct MemoryLimit: Sendable, Hashable {
    public let bytes: Int

    public init(bytes: Int) { self.bytes = bytes }

    /// The bytes for tasks.
    private var available: Int { max(0, bytes - TaskMemory.programBytes) }

    /// The limit in bytes that a task needs at least.
    static func least(for memory: TaskMemory) -> Int { TaskMemory.programBytes + memory.bytes(threads: 1) }

    /// True if tasks of so many bytes fit together.
    func holds(_ bytes: Int) -> Bool { bytes <= available }

    /// The threads of a task: `threads`, or as many as fit; 1 if fewer fit.
    func threads(_ threads: Int, for memory: TaskMemory) -> Int {
        guard memory.bytesPerThread > 0 else { return threads }
        return max(1, min(threads, (available - memory.bytes) / memory.bytesPerThread))
    }
}
