import ArgumentParser
import Console
import ContentStore
import Folders
import Jobs
import Manifests
import Wording

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Find damaged, equal and unusual images in a folder.",
        discussion: """
            Reads all images below a folder, before any training, and lists damaged files, equal and nearly equal \
            images, images that are both for training and for test, outliers by brightness, contrast, sharpness and \
            colour, images that differ from the others at some place, and different sizes, formats and colour \
            profiles. Masks are skipped. Folders named train, test, good, defect and the like are recognised; images \
            of defects are not expected to be like the others.

            Writes two files: inspection.html, a page with thumbnails, and images.csv, a row for each image. No image \
            is changed.

            Examples:
              nominal inspect photos
              nominal inspect data/mvtec_ad/toothbrush --output look --open
            """)

    @Argument(help: "A folder of images.", completion: .directory)
    var folder: String

    @Option(name: .shortAndLong, help: "The folder for the page and the table.", completion: .directory)
    var output = "inspection"

    @Flag(help: "Open the page in the browser of the desktop.")
    var open = false

    @Flag(name: .shortAndLong, help: "Show no progress on standard error.")
    var quiet = false

    @OptionGroup var links: LinkOptions
    @OptionGroup var machine: MachineOptions

    func run() throws {
        let task = try StoreOperation(
            "inspecting", isQuiet: quiet, unit: "images", stopped: "stopping: no file is written")
        let inspection = try task.run { progress in
            try FolderInspection(folder, followsLinks: links.followLinks, threads: machine.threadCount) {
                progress.proceeds($0, $1)
            }
        }
        for warning in inspection.warnings { StandardError.warning(warning) }
        let page = output + "/inspection.html"
        try AtomicFile.createFolder(output)
        _ = try AtomicFile.write(Array(inspection.table.utf8), to: output + "/images.csv", onlyIfChanged: true)
        _ = try AtomicFile.write(
            Array(inspection.page(folder: ManifestPath(folder, relativeTo: NamedFolder.current).name).utf8), to: page,
            onlyIfChanged: true)
        print(counted(inspection.images.count, "image") + ", " + counted(inspection.findings.count, "finding"))
        for line in inspection.lines { print("  \(line)") }
        print("page: \(page), table: \(output)/images.csv")
        if open { ReportViewer.open(page) }
    }
}
