/// An image as it was first seen by a night.
public struct Arrival: Sendable, Equatable {
    public enum State: String, Sendable {
        /// Of the base set, which nothing screens.
        case base
        case admitted
        /// Held back: it looks like a defect.
        case quarantined
        /// Of a picture that is known already.
        case nearDuplicate
        /// No image that could be read.
        case unusable
    }

    /// What a person decided about an image in quarantine.
    public struct Decision: Sendable, Equatable {
        public let isAccepted: Bool
        public let decidedBy, reason: String
        /// Nanoseconds since 1970.
        public let decidedAt: Int64

        public init(isAccepted: Bool, decidedBy: String, reason: String, decidedAt: Int64) {
            (self.isAccepted, self.decidedBy) = (isAccepted, decidedBy)
            (self.reason, self.decidedAt) = (reason, decidedAt)
        }
    }

    /// Of the image file.
    public let source: Digest
    /// Its name when it came.
    public let file: String
    public let state: State
    /// The picture that it is a duplicate of, or why it cannot be used.
    public let detail: String
    /// By the model in production, 0 for the median normal image and 1 at the threshold; `nil` where it was not scored.
    public let score: Double?
    /// Of the anomaly map as TIFF, and of the picture of it as PNG; `nil` but in quarantine.
    public let map, overlay: Digest?

    public init(
        source: Digest, file: String, state: State, detail: String = "", score: Double? = nil, map: Digest? = nil,
        overlay: Digest? = nil
    ) {
        (self.source, self.file, self.state, self.detail) = (source, file, state, detail)
        (self.score, self.map, self.overlay) = (score, map, overlay)
    }
}

/// An arrival in the store, with what was decided about it.
public struct KnownArrival: Sendable, Equatable {
    /// In the store.
    public let number: Int64
    public let arrival: Arrival
    /// Label and date of the night that it came with.
    public let night, date: String
    /// The last one; `nil` where nobody has decided.
    public let decision: Arrival.Decision?
    /// The number of the first night whose model was promoted and had been trained on it.
    public let learned: Int64?

    public init(
        number: Int64, arrival: Arrival, night: String, date: String, decision: Arrival.Decision? = nil,
        learned: Int64? = nil
    ) {
        (self.number, self.arrival, self.night, self.date) = (number, arrival, night, date)
        (self.decision, self.learned) = (decision, learned)
    }

    /// True if it may be trained on.
    public var isAdmitted: Bool {
        switch arrival.state {
        case .base, .admitted: true
        case .quarantined: decision?.isAccepted == true
        case .nearDuplicate, .unusable: false
        }
    }
}
