import ContentStore

/// The images of a night and what is done with them; all that the night trains is a pure function of it, of the manifest and of
/// the model in production.
public struct Roll: Codable, Sendable, Equatable {
    public enum Start: String, Codable, Sendable { case warm, scratch }

    public struct Member: Codable, Sendable, Equatable {
        /// Of the image file.
        public var source: Digest
        /// Where it lay: `train/...` of the base set, `incoming/...`.
        public var file: String
        /// True if the model in production has not learned it.
        public var isNew: Bool
        public var isHeldOut: Bool
    }

    /// Of the format. History: 1 = first.
    static let version = 1

    var version = Roll.version
    /// Of the model that is trained further and compared with; nil where there is none.
    public var champion: Digest?
    public var start: Start
    /// True if it is trained on even if nothing is new.
    public var isForced: Bool
    /// By digest.
    public var members: [Member]
    /// Files that have the bytes of another one, and count once.
    public var copies: Int

    public var newCount: Int { members.count { $0.isNew } }

    /// New images that are trained on, beside those that are held out.
    public var newForTraining: [Digest] { members.filter { $0.isNew && !$0.isHeldOut }.map(\.source) }

    /// What the members are used for.
    struct Parts: Equatable {
        /// Optimiser steps take samples from these.
        var training: [Digest]
        /// Some of all that are not held out: what the expected error is measured on, and corruptions take material from.
        var normals: [Digest]
        /// For the threshold.
        var heldOut: [Digest]
        /// Some of these, for the gate: new and old ones alike, as far as there are.
        var judged: [Digest]
        /// Of `training`, the new ones.
        var newCount: Int
    }

    private static let normalLimit = 256, heldOutLimit = 1000, judgedLimit = 64

    /// - Parameter replay: share of old images among those that a warm start trains on.
    func parts(replay: Double) -> Parts {
        // Another choice for other new images, and always the same for the same ones.
        let salt = Digest.of(text: newForTraining.map(\.hex).joined())
        let heldOut = members.filter(\.isHeldOut)
        let others = members.filter { !$0.isHeldOut }
        let new = others.filter(\.isNew).map(\.source)
        var training = others.map(\.source)
        if start == .warm {
            let wanted = Int((Double(new.count) * replay / (1 - replay)).rounded(.up))
            training = new + Roll.some(wanted, of: others.filter { !$0.isNew }.map(\.source), salt)
        }
        let newJudged = Roll.some(Roll.judgedLimit / 2, of: heldOut.filter(\.isNew).map(\.source), salt)
        let judged =
            newJudged
            + Roll.some(Roll.judgedLimit - newJudged.count, of: heldOut.filter { !$0.isNew }.map(\.source), salt)
        return Parts(
            training: training.sorted(), normals: Roll.some(Roll.normalLimit, of: others.map(\.source), salt).sorted(),
            heldOut: Roll.some(Roll.heldOutLimit, of: heldOut.map(\.source), Digest.of(text: "held out")).sorted(),
            judged: judged.sorted(), newCount: new.count)
    }

    /// As many of some images, by their digests and a salt alone, each with the same chance.
    static func some(_ count: Int, of images: [Digest], _ salt: Digest) -> [Digest] {
        guard images.count > count else { return images }
        return images.map { (place: Digest.of(text: salt.hex + $0.hex), source: $0) }
            .sorted { $0.place < $1.place }.prefix(count).map(\.source)
    }
}
