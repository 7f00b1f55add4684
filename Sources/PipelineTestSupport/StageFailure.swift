/// The message with which a stage on trial failed.
public struct StageFailure: Error, Equatable, CustomStringConvertible {
    public let message: String

    public init(message: String) { self.message = message }

    public var description: String { message }
}
