import ContentStore
import Datasets
import ModelRegistry

/// The images that earlier nights have not seen.
extension NightImages {
    /// The digests of the gate's labelled images, which are never trained on.
    var labelledSources: Set<Digest> { Set((labelled ?? []).map(source)) }

    /// The base images that no earlier night has seen, as arrivals.
    package func newBase(_ known: [KnownArrival]) -> [Arrival] {
        unseen(base, known).map { Arrival(source: source($0), file: $0.file, state: .base) }
    }

    /// The incoming files whose content is new and not in the base set.
    func newIncoming(_ known: [KnownArrival]) -> [SourceImage] {
        let trusted = Set(base.map(source))
        return unseen(incoming, known).filter { !trusted.contains(source($0)) }
    }

    /// The incoming files that are in quarantine and were not accepted.
    func heldBack(_ known: [KnownArrival]) -> [SourceImage] {
        let held = Set(known.filter { $0.arrival.state == .quarantined && !$0.isAdmitted }.map(\.arrival.source))
        return incoming.filter { held.contains(source($0)) }
    }

    /// The images with new content, each content once. An unusable image counts as new after it is renamed, because the
    /// name may have been the fault.
    private func unseen(_ images: [SourceImage], _ known: [KnownArrival]) -> [SourceImage] {
        var seen = Set<Digest>()
        var unusable: [Digest: String] = [:]
        for arrival in known.map(\.arrival) {
            if arrival.state == .unusable {
                unusable[arrival.source] = arrival.file
            } else {
                seen.insert(arrival.source)
            }
        }
        return images.filter { image in
            let digest = source(image)
            return unusable[digest] != image.file && seen.insert(digest).inserted
        }
    }
}
