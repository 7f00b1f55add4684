/// What a look at every byte of a store found.
public struct VerificationReport: Sendable, Equatable {
    public struct Damage: Sendable, Equatable {
        public let digest: Digest
        public let sentence: String
    }

    /// How many blobs were hashed, and their bytes.
    public var blobs = 0
    public var sizeBytes = 0
    public var durationSeconds = 0.0
    /// By digest: blobs whose content is not what their name says. They were moved away.
    public var damaged: [Damage] = []
    /// Files among the blobs that no store has put there; left alone.
    public var strays: [String] = []
    /// Facts that do not fit the blobs or each other.
    public var faults: [String] = []
    /// Results that the store knows, but whose blobs it no longer has; made again when they are needed.
    public var absentBlobs = 0

    /// True if everything that is there is as it should be.
    public var isSound: Bool { damaged.isEmpty && strays.isEmpty && faults.isEmpty }
}
