import Folders
import Foundation
import Imaging

/// Finds anomaly maps and their masks by the names of folders, without opening a file. Two layouts of maps are understood:
///
/// - `MAPS/KIND/STEM.tiff` with the masks `TRUTH/KIND/STEM_mask.png`;
/// - that of MVTec's experiments, `MAPS/anomaly_maps/OBJECT/test/KIND/STEM.tiff` with the masks
///   `TRUTH/OBJECT/ground_truth/KIND/STEM_mask.png`, also from `anomaly_maps` or from one object's folder on.
///
/// Maps end in `.tiff` or `.tif`. A mask may also be called `STEM.png`, and lie in `TRUTH/ground_truth/KIND`. An image
/// without a mask, or of the kind `good`, is normal.
public struct MapScan: Sendable, Equatable {
    /// By object.
    public let sets: [MapSet]
    /// Whether the maps lie in folders of objects.
    public let hasObjects: Bool

    /// - Parameter followsLinks: whether links may lead out of the two folders.
    /// - Throws: `EvaluationError` where folders are missing or hold no map, two files have one name, or a link leads out.
    public init(maps: String, groundTruth: String, followsLinks: Bool = false) throws(EvaluationError) {
        let maps = Self.withoutSlash(maps), groundTruth = Self.withoutSlash(groundTruth)
        guard Self.isFolder(maps) else { throw .missingFolder(path: maps, content: "anomaly maps") }
        guard Self.isFolder(groundTruth) else { throw .missingFolder(path: groundTruth, content: "ground-truth masks") }
        let folders = NamedFolders(
            maps: NamedFolder(maps, followsLinks: followsLinks),
            truth: NamedFolder(groundTruth, followsLinks: followsLinks))
        let root = Self.isFolder(maps + "/anomaly_maps") ? maps + "/anomaly_maps" : maps
        let objects = try Self.entries(root).filter { Self.isFolder(root + "/" + $0 + "/test") }
        hasObjects = !objects.isEmpty
        var sets: [MapSet] = []
        for object in objects {
            let truth = groundTruth + "/" + object
            guard Self.isFolder(truth) else {
                throw .missingFolder(path: truth, content: "the masks of the maps in \(root)/\(object)")
            }
            sets.append(try Self.scan(folders, root + "/" + object + "/test", truth, object: object))
        }
        if !hasObjects {
            let folder = Self.isFolder(root + "/test") ? root + "/test" : root
            sets.append(try Self.scan(folders, folder, groundTruth, object: nil))
        }
        guard sets.contains(where: { !$0.maps.isEmpty }) else { throw .noMaps(folder: maps) }
        self.sets = sets.filter { !$0.maps.isEmpty || !$0.masksWithoutMap.isEmpty }
    }

    /// The folders that were named.
    private struct NamedFolders {
        let maps, truth: NamedFolder
    }

    private static func scan(
        _ folders: NamedFolders, _ folder: String, _ truth: String, object: String?
    ) throws(EvaluationError) -> MapSet {
        let masksFolder = isFolder(truth + "/ground_truth") ? truth + "/ground_truth" : truth
        var maps: [MapFile] = []
        var unmasked: [String] = [], withoutMap: [String] = []
        let mapKinds = try entries(folder).filter { isFolder(folder + "/" + $0) }
        let maskKinds = try entries(masksFolder).filter {
            isFolder(masksFolder + "/" + $0) && !ResultsMarker.isIn(masksFolder + "/" + $0)
        }
        for kind in Set(mapKinds + maskKinds).sorted() {
            let found = try files(folders.maps, folder + "/" + kind, extensions: ["tiff", "tif"])
            var masks = try files(
                folders.truth, masksFolder + "/" + kind, extensions: ImageDecoder.readableExtensions)
            var hasPlainNames = false
            for (stem, path) in found.sorted(by: { $0.key < $1.key }) {
                var mask = masks.removeValue(forKey: stem + "_mask")
                if let plain = masks.removeValue(forKey: stem), mask == nil { (mask, hasPlainNames) = (plain, true) }
                let isGood = kind.lowercased() == "good"
                let name = kind + "/" + stem
                maps.append(MapFile(name: name, path: path, maskPath: mask, isAnomalous: !isGood && mask != nil))
                if mask == nil, !isGood { unmasked.append(name) }
            }
            // Other pictures may lie there too; they are taken for masks only if others of that kind are.
            withoutMap += masks.keys.filter { hasPlainNames || $0.hasSuffix("_mask") }.sorted().map { kind + "/" + $0 }
        }
        return MapSet(
            object: object, maps: maps, unmasked: unmasked, masksWithoutMap: withoutMap, masksFolder: masksFolder)
    }

    /// Stem to path of the files in a folder with one of these extensions; nothing where there is no such folder.
    private static func files(
        _ named: NamedFolder, _ folder: String, extensions: Set<String>
    ) throws(EvaluationError) -> [String: String] {
        guard isFolder(folder) else { return [:] }
        try permit(folder, named)
        var files: [String: String] = [:]
        for name in try entries(folder) {
            guard let dot = name.lastIndex(of: "."), extensions.contains(name[name.index(after: dot)...].lowercased())
            else { continue }
            if NamedFolder.inspect(folder + "/" + name)?.isLink == true { try permit(folder + "/" + name, named) }
            if let other = files.updateValue(folder + "/" + name, forKey: String(name[..<dot])) {
                throw .sameStem(first: other, second: folder + "/" + name)
            }
        }
        return files
    }

    private static func permit(_ path: String, _ folder: NamedFolder) throws(EvaluationError) {
        do throws(LinkFault) { try folder.permit(path) } catch { throw .link(error) }
    }

    /// For messages: a path may end in a slash.
    private static func withoutSlash(_ path: String) -> String {
        path.count > 1 && path.hasSuffix("/") ? withoutSlash(String(path.dropLast())) : path
    }

    /// Names in a folder without hidden ones, sorted.
    private static func entries(_ folder: String) throws(EvaluationError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }.sorted()
        } catch {
            throw .unreadable(path: folder, reason: (error as NSError).localizedDescription)
        }
    }

    private static func isFolder(_ path: String) -> Bool { NamedFolder.inspect(path)?.kind == .folder }
}
