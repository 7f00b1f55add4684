import Folders
import Imaging

/// Finds anomaly maps and their masks by folder names, without opening a file. Two layouts of maps are supported:
///
/// - `MAPS/KIND/STEM.tiff` with masks `TRUTH/KIND/STEM_mask.png`;
/// - MVTec's layout, `MAPS/anomaly_maps/OBJECT/test/KIND/STEM.tiff` with masks
///   `TRUTH/OBJECT/ground_truth/KIND/STEM_mask.png`. MAPS may also be the folder `anomaly_maps` or the folder of one
///   object.
///
/// Maps have the extension `.tiff` or `.tif`. Masks may also be named `STEM.png`, or be in `TRUTH/ground_truth/KIND`.
/// Maps and masks may be in subfolders of their kind; see `MaskPairing`. Images without a mask, and images of the kind
/// `good`, are normal.
public struct MapScan: Sendable, Equatable {
    /// Sorted by object.
    public let sets: [MapSet]
    /// True if the maps are in folders of objects.
    public let hasObjects: Bool

    /// - Parameter followsLinks: Permits links that lead outside of the two folders.
    /// - Throws: `EvaluationError` if a folder is missing or contains no map, two files have the same name, or a link
    ///   leads outside.
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

    /// The folders given by the user.
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
        // The root folder of a dataset contains these two beside the folders of kinds.
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
            // The folder may contain other pictures. They count as masks only if other masks of the kind are named
            // without `_mask`.
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

    /// Removes trailing slashes, for messages.
    private static func withoutSlash(_ path: String) -> String {
        path.count > 1 && path.hasSuffix("/") ? withoutSlash(String(path.dropLast())) : path
    }
}

/// The maps and masks of one object: one test set.
public struct MapSet: Sendable, Equatable {
    /// The folder of the object; nil if there are no folders of objects.
    public let object: String?
    /// Sorted by name.
    public let maps: [MapFile]
    /// Maps of kinds other than `good` without a mask. They count as normal.
    public let unmasked: [String]
    /// Masks of images without a map. Ignoring them would hide images on which a method failed.
    public let masksWithoutMap: [String]
    /// The folder that is searched for masks, for messages.
    public let masksFolder: String
    /// Files in the folder of masks that are not used.
    public let unusedMasks: UnusedMasks
}

/// The anomaly map of one test image, with its mask and label.
public struct MapFile: Sendable, Equatable {
    /// The name of the image: `KIND/STEM`, with any folders in between.
    public let name: String
    public let path: String
    /// Nil if there is no mask file.
    public let maskPath: String?
    /// True if there is a mask and the kind is not `good`.
    public let isAnomalous: Bool
}
