/// Why a manifest cannot be retrained by night.
public enum RetrainingError: Error, Equatable, Sendable, CustomStringConvertible {
    case noSection(manifest: String)
    case severalModels(manifest: String, count: Int)
    case notAName(job: String)
    case overlap(incoming: String, other: String)
    case otherNetwork(champion: String, found: String, expected: String)

    public var description: String {
        switch self {
        case .noSection(let manifest):
            "\(manifest): no section \"retrain\"; it says at least where new images come in, such as \"retrain\": { "
                + "\"incoming\": \"../incoming\" }"
        case .severalModels(let manifest, let count):
            "\(manifest): the manifest makes \(count) models, and a night makes one; name one of \"categories\", and leave "
                + "out \"variants\" and \"seeds\""
        case .notAName(let job):
            "\"\(job)\", the job's name, cannot be that of registered models; set \"model\" in \"retrain\" to a name of letters, "
                + "digits, \".\", \"_\" and \"-\""
        case .overlap(let incoming, let other):
            "\(incoming): new images must come into a folder of their own, and not within \(other), whose images are "
                + "trusted; correct \"incoming\""
        case .otherNetwork(let champion, let found, let expected):
            "\(champion) is \(found), and the manifest says \(expected); set \"start\" in \"retrain\" to \"scratch\" for one "
                + "night, or make the manifest agree"
        }
    }
}
