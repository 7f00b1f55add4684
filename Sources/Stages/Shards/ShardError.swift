/// Why the results of shards cannot be put together.
public enum ShardError: Error, Equatable, Sendable, CustomStringConvertible {
    case noFolder(String)
    case none(String)
    case severalCounts(String, [Int])
    case missing([Int], of: Int)
    case differs(Int, from: Int, of: Int, String)
    case twice(String, Int, Int)
    case changed(String, Shard)
    case malformed(String)
    case damaged(String)
    case version(String, found: Int, expected: Int)

    /// True if something is not there, rather than wrong.
    public var isMissing: Bool {
        switch self {
        case .noFolder, .none, .missing: true
        default: false
        }
    }

    public var description: String {
        switch self {
        case .noFolder(let folder): "\(folder): no such folder; expected the one that the shards were written to"
        case .none(let folder):
            "\(folder) holds no results of shards (shard-1-of-N, ...); make them with nominal score --shard 1/N --output \(folder)"
        case .severalCounts(let folder, let counts):
            "\(folder) holds shards of \(counts.map(String.init).joined(separator: " and of ")); "
                + "remove the folders of those that are not wanted"
        case .missing(let numbers, let count):
            "of \(count) shards these are not done: \(Self.list(numbers)); "
                + "run nominal score --shard \(numbers.first ?? 1)/\(count) and so on with the same model and folder"
        case .differs(let number, let other, let count, let what):
            "shard \(number) of \(count) was made with \(what), other than shard \(other); make it again"
        case .twice(let image, let first, let second):
            "the image \(image) is in the results of shard \(first) and of shard \(second); make one of them again"
        case .changed(let file, let shard):
            "\(file) is not what shard \(shard) has written: its SHA-256 does not match; copy it again from where the shard was made, "
                + "or make it again with nominal score --shard \(shard)"
        case .malformed(let file): "\(file) is no record of a shard; make the shard again"
        case .damaged(let file):
            "\(file) is damaged: its SHA-256 does not match its content; copy it again from where the shard was made, or make it again"
        case .version(let file, let found, let expected):
            "\(file) has version \(found), expected \(expected); make the shard again with this program"
        }
    }

    private static func list(_ numbers: [Int]) -> String {
        numbers.prefix(10).map(String.init).joined(separator: ", ") + (numbers.count > 10 ? ", ..." : "")
    }
}
