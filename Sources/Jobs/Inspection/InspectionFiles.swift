import Folders
import Imaging
import Reports
import Stages
import Wording

/// The files of an inspection: a page with thumbnails, and a table with a row for each image.
extension FolderInspection {
    /// The columns of the table. Measures are those of `ImageAppearance`.
    package static let header =
        "image,group,format,width,height,bitDepth,colour,profile,sizeBytes,brightness,contrast,sharpness,warmth,saturation,"
        + "oddness,findings"

    /// A row for each image, in the order of their names. Names are written as in `scores.csv`.
    package var table: String {
        var words = [[String]](repeating: [], count: images.count)
        for finding in findings where finding.kind != .mixed {
            for image in finding.images { words[image].append("\(finding.kind.rawValue): \(finding.words)") }
        }
        let rows = images.indices.map { index -> String in
            let image = images[index], info = image.info, seen = image.appearance
            let measures = [seen?.brightness, seen?.contrast, seen?.sharpness, seen?.warmth, seen?.saturation]
            let fields =
                [PathText.cell(image.file), PathText.cell(image.place.group), info?.format.rawValue ?? ""]
                + [info?.width, info?.height, info?.bitDepth].map { $0.map { "\($0)" } ?? "" }
                + [info?.colour.rawValue ?? "", PathText.guarded(image.profile.map { $0.name ?? "unnamed" } ?? "")]
                + ["\(image.fileBytes)"] + (measures + [oddness[index]]).map { $0.map { "\($0)" } ?? "" }
                + [words[index].joined(separator: "; ")]
            return fields.map(ScoreRow.quoted).joined(separator: ",") + "\n"
        }
        return Self.header + "\n" + rows.joined()
    }

    /// The page.
    ///
    /// - Parameter folder: the name of the folder for the title.
    package func page(folder: String) -> String {
        let sections = Finding.Kind.allCases.compactMap { kind -> InspectionReport.Section? in
            let found = findings.filter { $0.kind == kind }
            guard !found.isEmpty else { return nil }
            let shown = found.prefix(Self.shownFindings).map { finding in
                InspectionReport.Finding(
                    words: finding.words + Self.rest(finding.images.count),
                    images: finding.images.prefix(Self.shownImages).map { thumbnail($0) })
            }
            let rest = found.count - shown.count
            return InspectionReport.Section(
                title: kind.title,
                note: kind.advice + (rest > 0 ? " \(rest) more are in images.csv." : ""), findings: shown)
        }
        let decoded = images.compactMap(\.info)
        let facts = [
            Fact(label: "Images", value: "\(images.count)"),
            Fact(label: "Damaged", value: "\(images.count - decoded.count)"),
            Fact(label: "Training", value: "\(images.count { $0.place.isTraining })"),
            Fact(label: "Test", value: "\(images.count { $0.place.isTest })"),
            Fact(label: "Masks, not inspected", value: "\(maskCount)"),
            Fact(label: "Findings", value: "\(findings.count)"),
        ]
        return InspectionPage.render(
            InspectionReport(
                title: "Images in \(folder)", facts: facts, warnings: warnings, sections: sections,
                generatedBy: [Fact(label: "Nominal", value: NominalVersion.current)]))
    }

    /// Skipped links and files.
    package var warnings: [String] {
        guard !ignoredFiles.isEmpty else { return notes }
        return notes + ["skipped files without an image extension: \(ignoredFiles.listed(atMost: 1))"]
    }

    /// A line for each kind of finding, with the first images.
    package var lines: [String] {
        Finding.Kind.allCases.compactMap { kind in
            let found = findings.filter { $0.kind == kind }
            guard let first = found.first else { return nil }
            let names = first.images.prefix(2).map { images[$0].file }.joined(separator: ", ")
            let more = found.count > 1 ? "; \(found.count - 1) more" : ""
            return kind == .damaged
                ? "\(kind.title): \(first.words)\(more)"
                : "\(kind.title): \(first.words)\(names.isEmpty ? "" : ": " + names)\(Self.rest(first.images.count, 2))\(more)"
        }
    }

    /// The numbers of findings of a kind, of images of a finding, and of pixels of a side of a thumbnail.
    private static let shownFindings = 40, shownImages = 12, thumbnailSide = 160

    private static func rest(_ count: Int, _ shown: Int = shownImages) -> String {
        count > shown ? ", \(count - shown) of them not shown" : ""
    }

    private func thumbnail(_ index: Int) -> InspectionReport.Image {
        let image = images[index]
        // The file may have changed since; then there is no picture.
        guard image.info != nil,
            let bytes = try? image.source.bytes(),
            let decoded = try? ImageDecoder.decode(bytes: bytes, name: image.file)
        else { return InspectionReport.Image(name: image.file, picture: nil) }
        var small = InspectedImage.reduced(decoded.image, to: Self.thumbnailSide)
        if decoded.info.isFloat { small.values = small.values.map { $0.isFinite ? $0 : 0 } }
        let picture = (try? JPEGEncoder.encode(small, quality: 80)).map {
            Picture(mimeType: .jpeg, bytes: $0, width: small.width, height: small.height)
        }
        return InspectionReport.Image(name: image.file, picture: picture)
    }
}

extension FolderInspection.Finding.Kind {
    package var title: String {
        switch self {
        case .damaged: "Damaged files"
        case .leak: "Images of training and test"
        case .equal: "Equal images"
        case .nearlyEqual: "Nearly equal images"
        case .brightness: "Unusual brightness"
        case .contrast: "Unusual contrast"
        case .sharpness: "Unusual sharpness"
        case .warmth: "Unusual colour: red against blue"
        case .saturation: "Unusual colour: saturation"
        case .odd: "Odd images"
        case .mixed: "Different kinds of files"
        }
    }

    fileprivate var advice: String {
        switch self {
        case .damaged: "They cannot be decoded. Copy them again from their source."
        case .leak:
            "A test with images that were trained on shows too good figures. Remove them from one of the sets."
        case .equal: "Their pixels are equal, whatever their formats. Keep one of them."
        case .nearlyEqual:
            "Their perceptual hashes differ in at most \(FolderInspection.nearDistance) of 256 bits, as those of copies of "
                + "other sizes or compressions do. Parts that lie alike may be distinct."
        case .brightness, .contrast, .warmth, .saturation:
            "They differ from the other images of their folder as those of another light or camera do."
        case .sharpness: "Low values are out of focus or moved; high values are noisy."
        case .odd:
            "They differ from the other images at some place. Among normal images, these may be defects: look at them "
                + "before training."
        case .mixed: "One camera with one setting gives files of one kind."
        }
    }
}
