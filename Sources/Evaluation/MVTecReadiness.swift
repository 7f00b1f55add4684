import Folders
import Imaging

/// Whether MVTec's own evaluation (mvtec_ad_evaluation 1.0) takes anomaly maps as they are. It reads
/// `MAPS/OBJECT/test/KIND/STEM.tiff` beside `TRUTH/OBJECT/test/KIND/STEM.png` and `TRUTH/OBJECT/ground_truth/KIND`, leaves out
/// without a word what it does not understand, and fails late on what it cannot read. So this is said before.
public struct MVTecReadiness: Equatable, Sendable {
    public let objects: Int
    public let maps: Int
    /// What would fail, or be left out: sentences, by object.
    public private(set) var faults: [String] = []

    /// - Parameters:
    ///   - scan: the maps and masks.
    ///   - groundTruth: the folder of the data set.
    /// - Throws: `EvaluationError` and `ImagingError` for files that cannot be read at all.
    public init(_ scan: MapScan, groundTruth: String) throws {
        objects = scan.sets.count
        maps = scan.sets.reduce(0) { $0 + $1.maps.count }
        guard scan.hasObjects else {
            faults = ["the maps lie in no folders OBJECT/test/KIND, the only layout that the script reads"]
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

    /// The names that the script passes over, and images of the data set without a map.
    private mutating func checkNames(_ set: MapSet, _ object: String, folder: String) throws(ListingFault) {
        let kinds = Set(set.maps.map { String($0.name.prefix { $0 != "/" }) }).sorted()
        for kind in kinds where !kind.allSatisfy({ $0.isLetter || $0 == "_" }) {
            faults.append(
                "\(object): the script leaves out the kind \"\(kind)\", as it knows names of letters and underscores alone"
            )
        }
        for map in set.maps where map.name.split(separator: "/").count > 2 {
            faults.append("\(object): the script leaves out the map \(map.name), as it lies in a folder below its kind")
        }
        let names = Set(set.maps.map(\.name))
        for kind in kinds {
            let place = "\(folder)/\(kind)"
            for file in NamedFolder.exists(place) ? try FolderListing.visibleNames(in: place) : [] {
                guard let dot = file.lastIndex(of: ".") else { continue }
                let (stem, suffix) = (String(file[..<dot]), file[file.index(after: dot)...].lowercased())
                guard ImageDecoder.readableExtensions.contains(suffix) else { continue }
                if suffix != "png" {
                    faults.append("\(object): the script leaves out the image \(kind)/\(file), as it is no .png")
                } else if !names.contains("\(kind)/\(stem)") {
                    faults.append("\(object): the image \(kind)/\(file) has no map, with which the script ends")
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
                        + "\(first.width) x \(first.height); the script wants one size for an object")
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
                    "\(object): the map \(file.name) holds values that are not finite, which the script ranks")
            }
            guard let tags = try TIFFTags(path: file.path) else {
                faults.append("\(object): the map \(file.name) is no TIFF file that every reader knows")
                continue
            }
            if ![1, 8, 32946].contains(tags.compression) || tags.predictor != 1 {
                faults.append(
                    "\(object): the map \(file.name) is compressed by method \(tags.compression) with predictor "
                        + "\(tags.predictor); the script's reader knows none, or Deflate without predictor")
            }
        }
    }
}
