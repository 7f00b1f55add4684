import ArgumentParser
import Console
import ContentStore
import Datasets
import Folders
import Manifests
import ModelRegistry

/// Decides on images in quarantine by what a person has marked in an annotation tool.
struct LabelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "label",
        abstract: "Decide on images in quarantine by an annotation file.",
        discussion: """
            FILE is an export of COCO, LabelMe, Label Studio, CVAT or Pascal VOC, or a folder of such files. Undecided \
            images that it lists without regions are accepted, those with regions rejected; others wait. An image is \
            found by its path below the folder of new images, or by its bare name if that is unique.

            Example:
              nominal score --model bottle@production incoming --output review
              nominal quarantine label bottle corrected.json --reason "reviewed in CVAT"

            Open review/regions.json in the tool with the images, correct the regions, and export them.
            """)

    @Argument(help: "The name of the models.", completion: .modelNames)
    var name: String

    @Argument(help: "The annotation file, or the folder of annotation files.", completion: .file())
    var file: String

    @OptionGroup var decision: DecisionOptions
    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        let truth = try AnnotationFinder.groundTruth(ManifestPath(file, relativeTo: NamedFolder.current))
        let annotated = try AnnotationSet(truth.file, truth.format)
        let store = try storeOptions.openExisting()
        _ = try store.knownNights(of: name)
        let waiting = try store.arrivals(of: name).filter { $0.arrival.state == .quarantined && $0.decision == nil }
        let isMarked = try annotated.isMarked(waiting.map(\.arrival.file), in: file)
        func numbers(marked: Bool) -> [Int64] {
            zip(waiting, isMarked).filter { $0.1 == marked }.map(\.0.number)
        }
        for (marked, isAccepted) in [(false, true), (true, false)] {
            try store.decide(
                numbers(marked: marked), of: name, isAccepted: isAccepted, by: decision.decider, reason: decision.reason
            )
        }
        let (accepted, rejected) = (numbers(marked: false).count, numbers(marked: true).count)
        print("\(accepted) accepted, \(rejected) rejected, \(waiting.count - accepted - rejected) not in \(file)")
    }
}
