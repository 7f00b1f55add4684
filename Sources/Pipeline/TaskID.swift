/// The name of a task within its graph: components separated by slashes, such as "toothbrush/train/3".
public struct TaskID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let path: String

    public init(_ path: String) { self.path = path }

    public var description: String { path }

    public static func < (left: TaskID, right: TaskID) -> Bool { left.path < right.path }
}
