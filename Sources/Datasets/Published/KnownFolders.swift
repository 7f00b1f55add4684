import Manifests

/// Names of published data sets in the MVTec layout, recognised by the names of folders. The names only inform the
/// user.
enum KnownFolders {
    private static let visa: Set = [
        "candle", "capsules", "cashew", "chewinggum", "fryum", "macaroni1", "macaroni2", "pcb1", "pcb2", "pcb3", "pcb4",
        "pipe_fryum",
    ]

    /// The name of the data set; nil if unknown.
    ///
    /// - Parameters:
    ///   - root: the folder of the categories.
    ///   - categories: their names.
    static func title(root: String, _ categories: [String], _ folders: CategoryFolders) throws(DatasetError) -> String?
    {
        guard let first = categories.first else { return nil }
        let path = root + "/" + first
        func holds(_ name: String) throws(DatasetError) -> Bool { try FolderWalk.isFolder(path + "/" + name) }
        if folders.images == "rgb", folders.masks == "gt" { return "MVTec 3D-AD, of which the colour images are used" }
        if folders.test == "test_public" { return try holds("test_private") ? "MVTec AD 2" : nil }
        if FolderWalk.isFile(path + "/" + RegionSaturation.file) {
            for kind in ["logical_anomalies", "structural_anomalies"] where try holds("ground_truth/" + kind) {
                return "MVTec LOCO AD, with saturation thresholds for sPRO"
            }
        }
        if folders.train == "NoDefects", folders.masks == "GroundTruth" { return "PIPED" }
        if folders.train == "train/ok", Set(categories).isSubset(of: ["01", "02", "03"]) { return "BTAD" }
        if visa.isSuperset(of: categories) { return "VisA, arranged by its script for the split 1cls" }
        let parts = ["Aluminum_", "Copper_", "Iron_"]
        if categories.allSatisfy({ name in parts.contains { name.hasPrefix($0) } }) { return "3CAD" }
        return nil
    }
}
