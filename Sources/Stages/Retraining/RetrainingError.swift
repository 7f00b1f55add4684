/// Why a manifest cannot be retrained by night.
public enum RetrainingError: Error, Equatable, Sendable, CustomStringConvertible {
    case noSection(manifest: String)
    case severalModels(manifest: String, count: Int)
    case notAName(job: String)
    case overlap(incoming: String, other: String)
    case lostMember(source: String)
    case unfinished(task: String)
    case newerFormat(what: String, found: Int)
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
            "\(incoming): new images must come into a folder of their own, and \(other), which is for other images, lies in "
                + "it or around it; correct \"incoming\""
        case .lostMember(let source):
            "the image \(source) is on the roll of the night and was not decoded; run the night again"
        case .unfinished(let task): "\(task) has no result; run the night again"
        case .newerFormat(let what, let found):
            "the \(what) of a night has version \(found) of its format, which is newer than this program; use a newer one"
        case .otherNetwork(let champion, let found, let expected):
            "\(champion) is \(found), and the manifest says \(expected); set \"start\" in \"retrain\" to \"scratch\" for one "
                + "night, or make the manifest agree"
        }
    }
}
