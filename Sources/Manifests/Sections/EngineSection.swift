/// `engine`: what computes the network.
public struct EngineSection: Sendable, Equatable {
    /// The engine to use; `auto` takes the fastest that works on the machine.
    public enum Name: String, Sendable, CaseIterable {
        case auto
        case onednn
        case openblas
    }

    /// Arithmetic of the convolutions; `auto` takes bfloat16 where the processor computes it natively.
    public enum Precision: String, Sendable, CaseIterable {
        case float32
        case bfloat16
        case auto
    }

    public var name: Name
    public var precision: Precision

    /// - Parameter object: the section of a resolved manifest.
    public init(_ object: JSONValue) {
        name = object.choice("name")
        precision = object.choice("precision")
    }
}
