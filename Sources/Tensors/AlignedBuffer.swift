import Glibc

/// Zero-initialised memory, aligned to a cache line, with the lifetime of this object. A large buffer takes physical
/// memory only for the pages that are used.
///
/// Threads may share a buffer if each writes its own part and readers wait for all writers.
public final class AlignedBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
    public let count: Int
    public let pointer: UnsafeMutablePointer<Element>
    /// The size of the pages mapped for a large buffer; 0 for a small one.
    private let mappedBytes: Int

    public init(count: Int) {
        self.count = count
        let bytes = max(count * MemoryLayout<Element>.stride, 64)
        mappedBytes = bytes < 1 << 20 ? 0 : bytes
        let memory: UnsafeMutableRawPointer
        if mappedBytes == 0 {
            memory = .allocate(byteCount: bytes, alignment: 64)
            memset(memory, 0, bytes)
        } else {
            memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            guard memory != MAP_FAILED else { fatalError("no memory for a buffer of \(bytes) bytes") }
        }
        pointer = memory.bindMemory(to: Element.self, capacity: max(count, 1))
    }

    public convenience init(_ values: [Element]) {
        self.init(count: values.count)
        copy(values)
    }

    deinit {
        if mappedBytes == 0 {
            UnsafeMutableRawPointer(pointer).deallocate()
        } else {
            munmap(pointer, mappedBytes)
        }
    }

    /// A copy of the elements.
    public var values: [Element] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

    /// Overwrites elements starting at `offset`.
    public func copy(_ values: [Element], at offset: Int = 0) {
        guard offset >= 0, offset + values.count <= count else {
            fatalError("copy of \(values.count) elements at \(offset) into a buffer of \(count)")
        }
        values.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return }
            pointer.advanced(by: offset).update(from: start, count: values.count)
        }
    }

    /// Overwrites all elements with those of a buffer of the same size.
    public func copy(_ other: AlignedBuffer) {
        guard other.count == count else {
            fatalError("copy of a buffer of \(other.count) elements into one of \(count)")
        }
        pointer.update(from: other.pointer, count: count)
    }

    /// A copy of a range of elements.
    public func values(_ range: Range<Int>) -> [Element] {
        guard range.lowerBound >= 0, range.upperBound <= count else {
            fatalError("elements \(range) of a buffer of \(count)")
        }
        return Array(UnsafeBufferPointer(start: pointer + range.lowerBound, count: range.count))
    }
}
