import Folders
import Manifests

/// The layout of one category's folder, inferred from the names of its subfolders.
struct CategoryShape {
    var folders: CategoryFolders
    /// The folder of unlabelled test images; nil if the test folder has a subfolder for each kind.
    var score: String?
    /// A sentence for each folder that is not used.
    var notes: [String] = []
    /// False if the category has training images only.
    var hasOthers = true

    private let path: String

    /// - Parameter needsTrainFolder: requires a folder whose name says training, such as `train`.
    /// - Returns: nil if no folder's name says normal images.
    /// - Throws: `DatasetError.unclear` if the names are ambiguous.
    init?(of path: String, needsTrainFolder: Bool) throws(DatasetError) {
        self.path = path
        folders = .usual
        let names = try CategoryShape.folders(in: path)
        guard let train = try CategoryShape.train(in: path, names, needsTrainFolder) else { return nil }
        folders.train = train
        // Images of one camera among others, such as rgb beside xyz in MVTec 3D-AD.
        if !(try FolderWalk.entries(path + "/" + train)).contains(where: FolderWalk.isImage),
            try FolderWalk.isFolder(path + "/" + train + "/rgb")
        {
            folders.images = "rgb"
            folders.train += "/rgb"
        }
        let others = names.filter { !(train + "/").hasPrefix($0 + "/") }
        hasOthers = !others.isEmpty
        let tests = others.filter { FolderRole($0).contains(.test) && !FolderRole($0).contains(.masks) }
            .sorted { (CategoryShape.preference($0), $0) < (CategoryShape.preference($1), $1) }
        // Folders such as test_good and test_bad are kinds.
        if let test = tests.first(where: { FolderRole($0).isDisjoint(with: [.normal, .defects]) }) {
            try readTest(test, beside: others, tests)
        } else {
            try readKinds(others)
        }
    }

    private static func preference(_ name: String) -> Int {
        ["test", "test_public", "testing", "test_set"].firstIndex(of: name.lowercased()) ?? 9
    }

    /// Reads a folder of test images, which holds a subfolder for each kind, or only images.
    private mutating func readTest(_ test: String, beside others: [String], _ tests: [String]) throws(DatasetError) {
        folders.test = test
        let inner = try CategoryShape.folders(in: path + "/" + test)
        let kinds = inner.filter { !FolderRole($0).contains(.masks) }
        if kinds.isEmpty { score = test }
        let normal = kinds.filter { FolderRole($0).contains(.normal) && !FolderRole($0).contains(.defects) }
        if !normal.isEmpty { folders.normalKinds = normal }
        let masks = others.filter { FolderRole($0).contains(.masks) }
        let innerMasks = inner.filter { FolderRole($0).contains(.masks) }.map { test + "/" + $0 }
        try readMasks(masks + innerMasks, kinds: kinds.map { test + "/" + $0 })
        // Private test sets, as test_private beside test_public.
        for name in tests where test != "test" && name != test {
            if try FolderWalk.entries(path + "/" + name).contains(where: FolderWalk.isImage) {
                folders.unlabelled.append(name)
            }
        }
        let unused = others.filter { $0 != test && !masks.contains($0) && !folders.unlabelled.contains($0) }
        if !unused.isEmpty {
            notes.append("skipped \(unused.joined(separator: ", ")), beside \(folders.train) and \(test)")
        }
    }

    /// Reads folders of kinds directly below the category's folder.
    private mutating func readKinds(_ others: [String]) throws(DatasetError) {
        let kinds = others.filter { !FolderRole($0).contains(.masks) }
        if let unknown = kinds.first(where: { FolderRole($0).isDisjoint(with: [.normal, .defects]) }) {
            let train = folders.train
            throw .unclear(
                folder: path,
                fault: "by its name, \(unknown) may hold defects or more normal images beside \(train)",
                readings: [
                    "nominal init \(path)/\(train)   learns from \(train) alone",
                    "nominal init \(path) --normal .   learns from all images below the folder",
                ])
        }
        guard !kinds.isEmpty else { return try readMasks(others, kinds: []) }
        folders.test = "."
        let normal = kinds.filter { FolderRole($0).contains(.normal) }
        if !normal.isEmpty { folders.normalKinds = normal }
        try readMasks(others.filter { FolderRole($0).contains(.masks) }, kinds: kinds)
    }

    /// The folder of masks within the folders of kinds; nil if absent.
    private func innerMasks(_ kinds: [String]) throws(DatasetError) -> String? {
        for kind in kinds {
            let names = try CategoryShape.folders(in: path + "/" + kind)
            if let found = names.first(where: { FolderRole($0).contains(.masks) }) { return found }
        }
        return nil
    }

    private mutating func readMasks(_ found: [String], kinds: [String]) throws(DatasetError) {
        if let first = found.first(where: { $0.lowercased().hasSuffix("ground_truth") }) ?? found.first {
            folders.groundTruth = first
            let unused = found.filter { $0 != first }
            if !unused.isEmpty {
                notes.append("skipped \(unused.joined(separator: ", ")), because masks are taken from \(first)")
            }
            return
        }
        if let inner = try innerMasks(kinds) {
            folders.masks = inner
            return
        }
        for kind in kinds {
            let names = try FolderWalk.entries(path + "/" + kind)
            if names.contains(where: { FolderWalk.isImage($0) && SourceImage.stem(of: $0).hasSuffix("_mask") }) {
                folders.groundTruth = folders.test
            }
        }
    }

    /// The folder of training images; nil if absent.
    private static func train(
        in path: String, _ names: [String], _ needsTrainFolder: Bool
    ) throws(DatasetError) -> String? {
        func one(_ found: [String], _ prefix: String) throws(DatasetError) -> String? {
            guard found.count > 1 else { return found.first.map { prefix + $0 } }
            throw .unclear(
                folder: path,
                fault:
                    "\(found.map { prefix + $0 }.joined(separator: " and ")) are both named as folders of images to train on",
                readings: found.map { "nominal init \(path)/\(prefix)\($0)" })
        }
        let usable = names.filter { !FolderRole($0).isNotForTraining }
        guard let folder = try one(usable.filter { FolderRole($0).contains(.train) }, "") else {
            guard !needsTrainFolder else { return nil }
            return try one(usable.filter { FolderRole($0).contains(.normal) }, "")
        }
        guard !FolderRole(folder).contains(.normal) else { return folder }
        let inner = try folders(in: path + "/" + folder)
        let normal = inner.filter { FolderRole($0).contains(.normal) && !FolderRole($0).isNotForTraining }
        if let found = try one(normal, folder + "/") { return found }
        if let doubtful = inner.first(where: { FolderRole($0).isNotForTraining }) {
            throw .unclear(
                folder: path,
                fault:
                    "\(folder) holds \(doubtful), which by its name is not of normal images, and no folder named as one of them",
                readings: inner.filter { !FolderRole($0).isNotForTraining }.prefix(2).map { name in
                    "nominal init \(path) --normal \(folder)/\(name)   learns from this folder alone"
                } + ["nominal init \(path) --normal \(folder)   learns from all images in it"])
        }
        return folder
    }

    /// The subfolders that hold images at any depth, without results that Nominal wrote.
    static func folders(in path: String) throws(DatasetError) -> [String] {
        var found: [String] = []
        for name in try FolderWalk.entries(path) where try FolderWalk.isFolder(path + "/" + name) {
            if !ResultsMarker.isIn(path + "/" + name), try holdsImages(path + "/" + name) { found.append(name) }
        }
        return found
    }

    private static func holdsImages(_ path: String, depth: Int = 0) throws(DatasetError) -> Bool {
        let names = try FolderWalk.entries(path)
        if names.contains(where: FolderWalk.isImage) { return true }
        // A cycle of links must end.
        guard depth < 16 else { return false }
        for name in names where try FolderWalk.isFolder(path + "/" + name) && !ResultsMarker.isIn(path + "/" + name) {
            if try holdsImages(path + "/" + name, depth: depth + 1) { return true }
        }
        return false
    }
}
