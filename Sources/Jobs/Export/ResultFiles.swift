import Folders
import Stages

/// Names and size limits of files in results folders, which may come from anyone.
package enum ResultFiles {
    /// The limit for lists with a line per image, up to a million.
    package static let listLimitBytes = 256 << 20
    /// The limit for files with a line per stage.
    static let timingLimitBytes = 16 << 20
    /// The page of a run's lineage.
    package static let lineagePageName = ReportStage.lineagePageName

    /// Files beside the results that depend on clocks, other files or sources; no attestation covers them.
    static let byproducts: Set<String> = [
        ExportFolder.listName, RunTiming.jsonName, RunTiming.pageName, lineagePageName, "depends.mk",
        ResultsMarker.name,
    ]

    package static func isByproduct(_ name: String) -> Bool { byproducts.contains(name) }
}
