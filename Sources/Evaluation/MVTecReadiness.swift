import Folders
import Imaging

/// Checks whether MVTec's own evaluation (mvtec_ad_evaluation 1.0) accepts anomaly maps as they are. The script reads
/// `MAPS/OBJECT/test/KIND/STEM.tiff`, `TRUTH/OBJECT/test/KIND/STEM.png` and `TRUTH/OBJECT/ground_truth/KIND`. It
/// silently ignores names that it does not expect and fails late on unreadable files, so both are reported beforehand.
public struct MVTecReadiness: Equatable, Sendable {
    public let objects: Int
    public let maps: Int
    /// Files that the script would ignore or fail on: one sentence each, by object.
    public private(set) var faults: [String] = []

    /// - Parameters:
    ///   - scan: The maps and masks.
    ///   - groundTruth: The folder of the dataset.
    /// - Throws: `EvaluationError` and `ImagingError` if a file cannot be read.
    public init(_ scan: MapScan, groundTruth: String) throws {
        objects = scan.sets.count
        maps = scan.sets.reduce(0) { $0 + $1.maps.count }
        guard scan.hasObjects else {
            faults = ["the maps are not in folders OBJECT/test/KIND, the only layout that the script reads"]
            return
        }
        for set in scan.sets {
            let object = set.object ?? ""
            if !set.maps.contains(where: { $0.name.hasPrefix("good/") }) {
                faults.append("\(object): no map of the kind good; the script divides by their number")
            }
            try checkNames(set, object, folder: "\(groundTruth)/\(object)/test")
            try checkFiles(set, object)
        }
    }

    public var isReady: Bool { faults.isEmpty }

    /// Finds names that the script ignores, and images of the dataset without a map.
    private mutating func checkNames(_ set: MapSet, _ object: String, folder: String) throws(ListingFault) {
        let kinds = Set(set.maps.map { String($0.name.prefix { $0 != "/" }) }).sorted()
        for kind in kinds where !kind.allSatisfy({ $0.isLetter || $0 == "_" }) {
            faults.append(
                "\(object): the script ignores the kind \"\(kind)\", because it accepts only letters and underscores"
            )
        }
        for map in set.maps where map.name.split(separator: "/").count > 2 {
            faults.append("\(object): the script ignores the map \(map.name), because it is in a subfolder of its kind")
        }
        let names = Set(set.maps.map(\.name))
        for kind in kinds {
            let place = "\(folder)/\(kind)"
            for file in NamedFolder.exists(place) ? try FolderListing.visibleNames(in: place) : [] {
                guard let dot = file.lastIndex(of: ".") else { continue }
                let (stem, suffix) = (String(file[..<dot]), file[file.index(after: dot)...].lowercased())
                guard ImageDecoder.readableExtensions.contains(suffix) else { continue }
                if suffix != "png" {
                    faults.append(
                        "\(object): the script ignores the image \(kind)/\(file), because it is not a .png file")
                } else if !names.contains("\(kind)/\(stem)") {
                    faults.append("\(object): the image \(kind)/\(file) has no map, which makes the script fail")
                }
            }
        }
    }

    private mutating func checkFiles(_ set: MapSet, _ object: String) throws {
        var size: (name: String, width: Int, height: Int)?
        for file in set.maps {
            let map = try FloatMap.decode(path: file.path)
            let first = size ?? (file.name, map.width, map.height)
            size = first
            if (map.width, map.height) != (first.width, first.height) {
                faults.append(
                    "\(object): the map \(file.name) has \(map.width) x \(map.height) pixels, \(first.name) has "
                        + "\(first.width) x \(first.height); the script expects one size per object")
            }
            if let mask = try file.maskPath.map({ try ImageDecoder.probe(path: $0) }),
                (mask.width, mask.height) != (map.width, map.height)
            {
                faults.append(
                    "\(object): the map \(file.name) has \(map.width) x \(map.height) pixels, its mask \(mask.width) x "
                        + "\(mask.height)")
            }
            if map.values.contains(where: { !$0.isFinite }) {
                faults.append(
                    "\(object): the map \(file.name) contains values that are not finite, which the script would rank")
            }
            guard let tags = try TIFFTags(path: file.path) else {
                faults.append("\(object): the map \(file.name) is not a standard TIFF file")
                continue
            }
            if ![1, 8, 32946].contains(tags.compression) || tags.predictor != 1 {
                faults.append(
                    "\(object): the map \(file.name) is compressed by method \(tags.compression) with predictor "
                        + "\(tags.predictor); the script's reader supports only none, or Deflate without predictor")
            }
        }
    }
}

/// The storage format of samples from the first directory of a TIFF file (TIFF 6.0, Adobe, 1992).
package struct TIFFTags: Equatable {
    /// 1 means none; 8 and 32946 mean Deflate.
    var compression = 1
    /// 1 means none.
    var predictor = 1

    /// - Throws: `EvaluationError.unreadable`.
    /// - Returns: Nil if the file is not a TIFF file or is a BigTIFF file.
    package init?(path: String) throws(EvaluationError) {
        do throws(RegularFile.Fault) {
            let file = try RegularFile(path)
            let header = try file.read(8)
            guard header.count == 8, header[0] == header[1], [0x49, 0x4D].contains(header[0]) else { return nil }
            let isLittle = header[0] == 0x49
            func number(_ bytes: ArraySlice<UInt8>) -> Int {
                (isLittle ? Array(bytes.reversed()) : Array(bytes)).reduce(0) { $0 << 8 | Int($1) }
            }
            guard number(header[2..<4]) == 42 else { return nil }
            let directory = number(header[4..<8])
            let count = try file.read(2, from: directory)
            guard count.count == 2 else { return nil }
            let entries = try file.read(12 * number(count[...]), from: directory + 2)
            for start in stride(from: 0, to: entries.count - 11, by: 12) {
                let value = number(entries[start + 8..<start + 10])
                switch number(entries[start..<start + 2]) {
                case 259: compression = value
                case 317: predictor = value
                default: break
                }
            }
        } catch {
            throw .unreadable(path: path, reason: "\(error)")
        }
    }
}
