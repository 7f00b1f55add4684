import ContentStore
import Manifests

/// The images of a night and what is done with them; a pure function of it is everything that the night trains.
public struct Roll: Codable, Sendable, Equatable {
    public struct Member: Codable, Sendable, Equatable {
        /// Of the image file.
        public var source: Digest
        /// Where it lay: `train/...` of the base set, `incoming/...`.
        public var file: String
        /// Whether the model in production has never been trained on it.
        public var isNew: Bool
        public var isHeldOut: Bool
    }

    /// Of the model that is trained further and compared with; nil where there is none.
    public var champion: Digest?
    public var start: String
    /// By digest.
    public var members: [Member]

    public var newCount: Int { members.count { $0.isNew } }

    /// What the members are used for.
    struct Parts: Equatable {
        /// Optimiser steps take samples from these.
        var training: [Digest]
        /// All that are not held out.
        var members: [Digest]
        var heldOut: [Digest]
        /// Of `training`, the new ones.
        var newCount: Int
    }

    /// - Parameter replay: share of old images among those that a warm start trains on.
    func parts(replay: Double) -> Parts {
        let heldOut = members.filter(\.isHeldOut).map(\.source)
        let others = members.filter { !$0.isHeldOut }
        let new = others.filter(\.isNew).map(\.source)
        guard start == RetrainSection.Start.warm.rawValue else {
            return Parts(
                training: others.map(\.source), members: others.map(\.source), heldOut: heldOut, newCount: new.count)
        }
        let wanted = Int((Double(new.count) * replay / (1 - replay)).rounded(.up))
        // Another choice each night, and always the same for the same night.
        let salt = Digest.of(Array(members.filter(\.isNew).map(\.source.hex).joined().utf8)).hex
        let old = others.filter { !$0.isNew }.map(\.source)
            .map { (place: Digest.of(Array((salt + $0.hex).utf8)), source: $0) }
            .sorted { $0.place < $1.place }.prefix(wanted).map(\.source)
        return Parts(
            training: (new + old).sorted { $0 < $1 }, members: others.map(\.source), heldOut: heldOut,
            newCount: new.count)
    }
}
