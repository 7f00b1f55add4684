import ContentStore
import StrictJSON
import Synchronization

/// A kind of computation with its settings, by value.
///
/// The stored properties of a stage are its settings, and its encoding is part of the action key. So every value that
/// `run` can read is part of the key. All else comes from `context`: inputs, source files, and objects that the tasks
/// of a process share, such as engines and caches.
public protocol Stage: Codable, Equatable, Sendable {
    /// The name in keys, records and reports.
    static var name: String { get }
    /// The version, increased when equal settings and inputs give other outputs than before.
    static var version: Int { get }
    /// The names of all files that `run` writes: plain names without slashes.
    var outputs: [String] { get }

    /// Reads inputs and writes outputs through `context`, on a thread that may block. An error fails the task with
    /// the error's description. All work that it starts must end before it returns, because the next attempt may
    /// reuse its folder.
    func run(_ context: TaskContext) throws
}

extension Stage {
    /// The settings as named values, sorted by name. Nested values have dotted names, such as
    /// "corruption.structured.size".
    public var settings: [KeyPart] { SettingsEncoder.parts(of: self) }

    /// The digest of the settings for use in action keys.
    public var settingsDigest: Digest { KeyValue.record(settings).contentDigest }
}

/// The stages of a program by name. Makes stages from task records.
public struct StageRegistry: Sendable {
    private let types: [String: any Stage.Type]
    /// Further parts of every key, such as the version of the numerics.
    public let keyParts: [KeyPart]

    public init(_ types: [any Stage.Type], keyParts: [KeyPart]) {
        self.types = Dictionary(types.map { ($0.name, $0) }) { _, _ in fatalError("two stages have the same name") }
        self.keyParts = keyParts
    }

    /// The stage of a record, with its settings.
    ///
    /// - Throws: `AttemptFailure` of the class `refused` if this program cannot compute the record.
    public func stage(of record: TaskRecord) throws -> any Stage {
        guard let type = types[record.stage], type.version == record.stageVersion else {
            throw AttemptFailure(
                .refused,
                "This program has no stage \(record.stage) of version \(record.stageVersion): it differs from the one that "
                    + "started the run. Install the same version on all machines.")
        }
        do {
            return try Self.decode(type, record.settings)
        } catch {
            throw AttemptFailure(.refused, "The settings of \(record.task) cannot be read: \(error)")
        }
    }

    private static func decode<S: Stage>(_ type: S.Type, _ settings: String) throws -> any Stage {
        try StrictJSON.decode(S.self, from: Array(settings.utf8), sizeLimit: TaskRecord.settingsLimitBytes)
    }
}

/// An object that the tasks of a process share, such as a cache of decoded images. It is created on first use.
public protocol SharedResource: AnyObject, Sendable {
    init()
}

/// The shared objects of a process, one of each type.
public final class SharedResources: Sendable {
    private let resources = Mutex<[ObjectIdentifier: any SharedResource]>([:])

    public init() {}

    public func callAsFunction<Resource: SharedResource>(_ type: Resource.Type) -> Resource {
        resources.withLock { resources in
            if let known = resources[ObjectIdentifier(type)] as? Resource { return known }
            let made = Resource()
            resources[ObjectIdentifier(type)] = made
            return made
        }
    }
}
