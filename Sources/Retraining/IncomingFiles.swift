import Datasets
import Folders

/// The files in the incoming folder of a night, sorted by name.
package struct IncomingFiles: Sendable {
    /// The prefix of the names of incoming files.
    static let prefix = "incoming/"

    /// The images that can be screened.
    let settled: [SourceImage]
    /// Images left for another night: just written, or unreadable.
    package let unsettled, unreadable: [String]
    /// Images with a modification time in the future; see `ArrivalFile`.
    package let misdated: [String]
    /// Files without an image extension.
    package let ignored: [String]
    /// Skipped links that lead out of the folder. They are not errors, so that a link cannot block the nights.
    package let refusedLinks: [LinkFault]
    /// Sentences about skipped folders of results.
    let resultNotes: [String]

    /// - Parameters:
    ///   - now: the current time in nanoseconds since 1970.
    ///   - settleSeconds: see `ArrivalFile`.
    init(_ folder: NamedFolder, now: Int64, settleSeconds: Int) throws(DatasetError) {
        let found = try DatasetScan.textures(below: folder, leavesOutLinks: true)
        var (settled, unsettled, unreadable): ([SourceImage], [String], [String]) = ([], [], [])
        var misdated: [String] = []
        for image in found.images {
            let named = SourceImage(
                file: IncomingFiles.prefix + image.file, path: image.path, split: .train, kind: "good",
                isAnomalous: nil, folder: folder)
            let file = ArrivalFile(image.path, now: now, settleSeconds: settleSeconds)
            switch file.state {
            case .unreadable: unreadable.append(named.file)
            case .justWritten: unsettled.append(named.file)
            case .settled: settled.append(named)
            }
            if file.isMisdated { misdated.append(named.file) }
        }
        self.settled = settled.sorted { $0.file < $1.file }
        (self.unsettled, self.unreadable) = (unsettled.sorted(), unreadable.sorted())
        self.misdated = misdated.sorted()
        ignored = found.ignoredFiles.map { IncomingFiles.prefix + $0 }
        (refusedLinks, resultNotes) = (found.refusedLinks, found.resultNotes)
    }
}
