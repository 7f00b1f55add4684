/// A set of elements that an execution has handed to a cluster as one array.
public struct Submission: Sendable, Equatable {
    /// Ours: the cluster's own numbers are given out anew after it has lost its memory.
    public let token: String
    public let execution: Int64
    /// What the elements compute and leave, in a folder named by its number each.
    public let folder: String
    public let elementCount: Int
    /// The job whose run it was; `nil` where none was noted.
    public let subject: String?

    public init(token: String, execution: Int64, folder: String, elementCount: Int, subject: String?) {
        (self.token, self.execution, self.folder) = (token, execution, folder)
        (self.elementCount, self.subject) = (elementCount, subject)
    }
}
