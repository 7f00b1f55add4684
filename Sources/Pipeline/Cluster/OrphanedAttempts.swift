import ContentStore
import Foundation

/// What executions that died have set going on a cluster, by what it computes.
struct OrphanedAttempts {
    struct Place {
        let element: ElementID
        let folder: ElementFolder
        let index: Int
        let attempt: Attempt
    }

    private(set) var submissions: [Submission] = []
    private var places: [Digest: Place] = [:]

    /// Reads what the specifications say; what cannot be read is as good as not there.
    init(_ store: ContentStore) throws {
        submissions = try store.adoptSubmissions()
        for submission in submissions {
            let isCancelled = (try? ElementFolder(submission.folder).holds(ElementSpec.cancelledName)) != false
            for number in 0..<submission.elementCount {
                let folder = ElementFolder("\(submission.folder)/\(number)")
                guard let spec = try? ElementSpec.read("\(folder.path)/\(ElementSpec.fileName)"),
                    spec.version == ElementSpec.currentVersion
                else { continue }
                for (index, task) in spec.tasks.enumerated() {
                    // Nobody begins what has been cancelled.
                    if isCancelled, (try? folder.holds(ElementSpec.beginningName(index))) != true { continue }
                    guard let key = try? Digest(hex: task.key) else { continue }
                    if let known = places[key], known.attempt.number > task.attempt { continue }
                    places[key] = Place(
                        element: ElementID(token: submission.token, number: number), folder: folder, index: index,
                        attempt: Attempt(action: key, number: task.attempt))
                }
            }
        }
    }

    /// Takes the attempt at an action, if it is still the last one, and has not ended.
    mutating func take(_ action: Digest, lastAttempt: Int?, in store: ContentStore) -> Place? {
        guard let place = places.removeValue(forKey: action), place.attempt.number == lastAttempt,
            (try? store.isUnderWay(place.attempt)) == true
        else { return nil }
        return place
    }
}
