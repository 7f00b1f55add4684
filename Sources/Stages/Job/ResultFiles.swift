import Folders

/// How large files of a folder of results may be that are read back. Such folders may come from anyone.
package enum ResultFiles {
    /// Of lists with a line for each image, of which there may be a million.
    package static let listLimitBytes = 256 << 20
    /// Of those with a line for each stage.
    static let timingLimitBytes = 16 << 20
    /// The page of a run's lineage.
    package static let lineagePageName = "lineage.html"

    /// Files that lie beside results and are none: they tell of clocks, of the other files or of the sources, and are attested by nobody.
    static let byproducts: Set<String> = [
        ExportFolder.listName, RunTiming.jsonName, RunTiming.pageName, lineagePageName, "depends.mk",
        ResultsMarker.name,
    ]

    package static func isByproduct(_ name: String) -> Bool { byproducts.contains(name) }
}
