import ContentStore
import Wording

/// The data set of a night: its images and their roles. Training is a pure function of it, the manifest and the model
/// in production.
package struct Roll: Codable, Sendable, Equatable {
    package enum Start: String, Codable, Sendable { case warm, scratch }

    package struct Member: Codable, Sendable, Equatable {
        /// The digest of the image file.
        package var source: Digest
        /// The path of the file: `train/...` in the base set, or `incoming/...`.
        package var file: String
        /// True if the model in production was not trained on it.
        package var isNew: Bool
        package var isHeldOut: Bool

        package init(source: Digest, file: String, isNew: Bool, isHeldOut: Bool) {
            (self.source, self.file, self.isNew) = (source, file, isNew)
            self.isHeldOut = isHeldOut
        }
    }

    /// The version of the format. History: 1 = first; 2 = the backbone, and what production holds of other images.
    package static let version = 2

    package var version = Roll.version
    /// The digest of the model in production; nil if absent.
    package var champion: Digest?
    package var start: Start
    /// True to train even if no image is new.
    package var isForced: Bool
    /// Sorted by digest.
    package var members: [Member]
    /// The number of files that are exact copies of another.
    package var copies: Int
    /// The pretrained network of the night's detector, whatever its name means later; nil if it needs none.
    package var backbone: Digest?
    /// The number of images of which the model in production holds parts, and which this night does not train on.
    package var missing: Int?
    /// The number of those whose files were removed, or which were rejected.
    package var withdrawn: Int?

    package init(
        champion: Digest? = nil, start: Start, isForced: Bool, members: [Member], copies: Int, missing: Int? = nil,
        withdrawn: Int? = nil
    ) {
        (self.champion, self.start, self.isForced) = (champion, start, isForced)
        (self.members, self.copies) = (members, copies)
        (self.missing, self.withdrawn) = (missing, withdrawn)
    }

    package var newCount: Int { members.count { $0.isNew } }

    /// The new images for training, without those held out.
    package var newForTraining: [Digest] { members.filter { $0.isNew && !$0.isHeldOut }.map(\.source) }

    /// The uses of the members.
    package struct Parts: Equatable {
        /// The training set.
        package var training: [Digest]
        /// A sample of all images that are not held out, used for the expected error and as patches for corruptions.
        package var normals: [Digest]
        /// The images for calibration.
        package var heldOut: [Digest]
        /// A sample of the held-out images for the gate, half of them new if possible.
        package var judged: [Digest]
        /// The number of new images in `training`.
        package var newCount: Int
    }

    private static let normalLimit = 256, heldOutLimit = 1000, judgedLimit = 64

    /// - Parameter replay: the fraction of old images in the training set of a warm start.
    package func parts(replay: Double) -> Parts {
        // A pure function of the new images.
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

    /// A uniform sample of images that depends only on their digests and a salt.
    package static func some(_ count: Int, of images: [Digest], _ salt: Digest) -> [Digest] {
        guard images.count > count else { return images }
        return images.map { (place: Digest.of(text: salt.hex + $0.hex), source: $0) }
            .sorted { $0.place < $1.place }.prefix(count).map(\.source)
    }
}

extension Roll {
    package var bytes: [UInt8] { get throws { try StageJSON.encode(self) } }

    /// - Throws: `NightRecordError.newerFormat`, and errors of the decoder.
    package init(bytes: [UInt8]) throws {
        self = try StageJSON.decode(Roll.self, bytes)
        guard version <= Roll.version else { throw NightRecordError.newerFormat(what: "roll", found: version) }
    }
}

/// A reason why a record of a night cannot be used.
package enum NightRecordError: Error, Equatable, Sendable, CustomStringConvertible {
    case lostMember(source: String)
    /// No usable image is left for training, or none to calibrate with.
    case emptyPart(task: String, training: Int, heldOut: Int)
    case newerFormat(what: String, found: Int)

    package var description: String {
        switch self {
        case .lostMember(let source):
            "the image \(source) belongs to the night but was not decoded; run the night again"
        case .emptyPart(let task, let training, let heldOut):
            "\(task): \(counted(training, "usable image")) to train on and \(heldOut) held out; expected at least one of each. "
                + "Restore the images that were removed, or add new ones: a fixed share of them is held out"
        case .newerFormat(let what, let found):
            "the \(what) of a night has version \(found) of its format, which is newer than this program; use a newer one"
        }
    }
}
