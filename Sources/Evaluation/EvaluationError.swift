import Folders
import Host
import Wording

/// Anomaly maps, masks or score tables that cannot be evaluated.
public enum EvaluationError: Error, Equatable, Sendable {
    case missingFolder(path: String, content: String)
    case missingFile(path: String, content: String)
    case unreadable(path: String, reason: String)
    case noMaps(folder: String)
    /// Two file names differ only in their extension.
    case sameStem(first: String, second: String)
    /// None of the maps of kinds other than `good` has a mask.
    case noMasks(maps: Int, folder: String, firstMap: String)
    /// Masks whose images have no map.
    case masksWithoutMap(count: Int, folder: String, first: String)
    case sizeMismatch(map: String, mapSize: String, mask: String, maskSize: String)
    /// A line of a score table is malformed.
    case malformedTable(file: String, line: Int, fault: String)
    case missingColumn(file: String, column: String, found: [String])
    case missingScore(file: String, image: String)
    case repeatedScore(file: String, image: String, lines: [Int])
    case largeTable(file: String, limitBytes: Int)
    case link(LinkFault)

    /// True if a named file or folder is missing or unreadable; false if its content is invalid.
    public var isMissing: Bool {
        switch self {
        case .missingFolder, .missingFile, .unreadable: true
        default: false
        }
    }
}

extension EvaluationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missingFolder(let path, let content):
            "\(path): no such folder; \(content) are expected there. Correct the path"
        case .missingFile(let path, let content):
            "\(path): no such file; \(content) are expected there. Correct the path"
        case .unreadable(let path, let reason):
            "\(path): cannot be read (\(reason)); "
                + SystemReason.remedy(for: reason, otherwise: "correct the permissions")
        case .noMaps(let folder):
            "\(folder): no anomaly map found; expected \(folder)/KIND/STEM.tiff or "
                + "\(folder)/anomaly_maps/OBJECT/test/KIND/STEM.tiff. Check --maps"
        case .sameStem(let first, let second):
            "\(first) and \(second) differ only in their extension, expected one file for each image; remove one"
        case .noMasks(let maps, let folder, let firstMap):
            "\(folder): none of the \(maps) maps of kinds other than \"good\" has a mask; expected "
                + "\(folder)/\(firstMap)_mask.png and so on. Check --ground-truth"
        case .masksWithoutMap(let count, let folder, let first):
            "\(folder): \(counted(count, "mask has", "masks have")) no map, the first is \(first); expected one map per "
                + "mask. Add the maps, or ignore these images with --allow-missing"
        case .sizeMismatch(let map, let mapSize, let mask, let maskSize):
            "\(map) has \(mapSize) pixels, but its mask \(mask) has \(maskSize); expected the same size. Write maps "
                + "at the size of their masks, or use --resize"
        case .malformedTable(let file, let line, let fault):
            "\(file):\(line): \(fault); expected comma-separated values after RFC 4180. Correct the line"
        case .missingColumn(let file, let column, let found):
            "\(file):1: no column \"\(column)\"; found \(found.joined(separator: ", ")). The first line must name the "
                + "columns \"image\" and \"score\""
        case .missingScore(let file, let image):
            "\(file): no score for the map \(image); expected a row whose image is \(image) with any extension. Add it"
        case .repeatedScore(let file, let image, let lines):
            "\(file): the image \(image) has scores in lines \(lines.map(String.init).joined(separator: " and ")), "
                + "expected one; remove the others"
        case .largeTable(let file, let limit):
            "\(file) has more than \(limit) bytes, expected a table of scores with one line per image; check the path"
        case .link(let fault): "\(fault)"
        }
    }
}
