import Folders
import Imaging

/// Finds anomaly maps and their masks by the names of folders, without opening a file. Two layouts of maps are understood:
///
/// - `MAPS/KIND/STEM.tiff` with the masks `TRUTH/KIND/STEM_mask.png`;
/// - that of MVTec's experiments, `MAPS/anomaly_maps/OBJECT/test/KIND/STEM.tiff` with the masks
///   `TRUTH/OBJECT/ground_truth/KIND/STEM_mask.png`, also from `anomaly_maps` or from one object's folder on.
///
/// Maps end in `.tiff` or `.tif`. A mask may also be called `STEM.png`, and lie in `TRUTH/ground_truth/KIND`. Both may lie in
/// folders below those of their kinds, as `MaskPairing` says. An image without a mask, or of the kind `good`, is normal.
public struct MapScan: Sendable, Equatable {
    /// By object.
    public let sets: [MapSet]
    /// True if the maps lie in folders of objects.
    public let hasObjects: Bool

    /// - Parameter followsLinks: whether links may lead out of the two folders.
    /// - Throws: `EvaluationError` where folders are missing or hold no map, two files have one name, or a link leads out.
    public init(maps: String, groundTruth: String, followsLinks: Bool = false) throws(EvaluationError) {
        let maps = Self.withoutSlash(maps), groundTruth = Self.withoutSlash(groundTruth)
        guard try FileTree.isFolder(maps) else { throw .missingFolder(path: maps, content: "anomaly maps") }
        guard try FileTree.isFolder(groundTruth) else {
            throw .missingFolder(path: groundTruth, content: "ground-truth masks")
        }
        let folders = NamedFolders(
            maps: NamedFolder(maps, followsLinks: followsLinks),
            truth: NamedFolder(groundTruth, followsLinks: followsLinks))
        let root = try FileTree.isFolder(maps + "/anomaly_maps") ? maps + "/anomaly_maps" : maps
        var objects: [String] = []
        for name in try FileTree.folders(in: root) where try FileTree.isFolder(root + "/" + name + "/test") {
            objects.append(name)
        }
        hasObjects = !objects.isEmpty
        var sets: [MapSet] = []
        for object in objects {
            let truth = groundTruth + "/" + object
            guard try FileTree.isFolder(truth) else {
                throw .missingFolder(path: truth, content: "the masks of the maps in \(root)/\(object)")
            }
            sets.append(try Self.scan(folders, root + "/" + object + "/test", truth, object: object))
        }
        if !hasObjects {
            let folder = try FileTree.isFolder(root + "/test") ? root + "/test" : root
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
        let masksFolder = try FileTree.isFolder(truth + "/ground_truth") ? truth + "/ground_truth" : truth
        var maps: [MapFile] = []
        var unmasked: [String] = [], withoutMap: [String] = []
        var unused = UnusedMasks()
        let mapKinds = try FileTree.folders(in: folder)
        // A data set without masks has other folders than those of kinds.
        let others: Set<String> = masksFolder == truth ? ["train", "test"] : []
        let maskKinds = try FileTree.folders(in: masksFolder).filter {
            !others.contains($0) && !ResultsMarker.isIn(masksFolder + "/" + $0)
        }
        for kind in Set(mapKinds + maskKinds).sorted() {
            let found = try FileTree(folders.maps, folder + "/" + kind, extensions: ["tiff", "tif"]).paths
            let masks = try FileTree(
                folders.truth, masksFolder + "/" + kind, extensions: ImageDecoder.readableExtensions)
            let pairing = MaskPairing(images: Array(found.keys), masks: Array(masks.paths.keys))
            let isGood = kind.lowercased() == "good"
            func named(_ stem: String) -> String { kind + "/" + stem }
            for (stem, path) in found.sorted(by: { $0.key < $1.key }) {
                let mask = pairing.masks[stem]
                maps.append(
                    MapFile(
                        name: named(stem), path: path, maskPath: mask.flatMap { masks.paths[$0] },
                        isAnomalous: !isGood && mask != nil))
                if mask == nil, !isGood { unmasked.append(named(stem)) }
            }
            // Other pictures may lie there too; they are taken for masks only if others of that kind are.
            let hasPlainNames = pairing.masks.contains { $0 == $1 }
            let missed = pairing.unused.filter { hasPlainNames || $0.hasSuffix("_mask") }
            withoutMap += missed.map(named)
            unused.withoutImage += Set(pairing.unused).subtracting(missed).sorted().map(named)
            unused.otherFormats += masks.otherFiles.map(named)
            if isGood { unused.ofGoodImages += pairing.masks.values.map(named) }
            for (mask, images) in pairing.shared { unused.shared[named(mask)] = images.map(named) }
        }
        return MapSet(
            object: object, maps: maps, unmasked: unmasked, masksWithoutMap: withoutMap, masksFolder: masksFolder,
            unusedMasks: unused)
    }

    /// For messages: a path may end in a slash.
    private static func withoutSlash(_ path: String) -> String {
        path.count > 1 && path.hasSuffix("/") ? withoutSlash(String(path.dropLast())) : path
    }
}
