import Folders
import Imaging
import Wording

extension AnnotationSet {
    /// Labels the images of a category in the layout `folder`.
    ///
    /// - An image with regions is anomalous; its kind is the labels. One of the folder of normal images becomes a test
    ///   image.
    /// - An image that the tool lists without regions is normal, of the kind `good`.
    /// - Other images to score stay without a label.
    ///
    /// An image is found by its path below its folder, or as results name it, such as `test/a.png`; or else by its bare
    /// name if that is unique.
    ///
    /// - Throws: `DatasetError.annotations` if two entries are for one image.
    package func label(_ category: inout SourceCategory, file: String) throws(DatasetError) {
        category.listFiles += files
        var byPath: [String: Int] = [:], byName: [String: [Int]] = [:], byFile: [String: Int] = [:]
        for (index, image) in category.images.enumerated() {
            let path = image.file.drop { $0 != "/" }.dropFirst()
            if byPath[String(path)] == nil || image.split == .test { byPath[String(path)] = index }
            byFile[image.file] = index
            byName[Self.bareName(image.file), default: []].append(index)
        }
        var named: [Int: String] = [:], missing: [String] = [], ambiguous: [String] = []
        var coarse: [String] = []
        for entry in entries {
            let name = PathText.read(entry.file)
            let sameName = byName[Self.bareName(name)] ?? []
            guard let index = byPath[name] ?? byFile[name] ?? (sameName.count == 1 ? sameName[0] : nil) else {
                if sameName.isEmpty { missing.append(name) } else { ambiguous.append(name) }
                continue
            }
            if let other = named.updateValue(name, forKey: index) {
                throw .annotations(
                    file: file, fault: "\(other) and \(name) are both for \(category.images[index].file)",
                    remedy: "write paths below the folder of images as names")
            }
            label(&category.images[index], entry)
            if entry.isCoarse { coarse.append(category.images[index].file) }
        }
        if !missing.isEmpty {
            let subject = counted(missing.count, "annotated image is", "annotated images are")
            category.annotationNotes.append("\(subject) not there: \(missing.sorted().listed())")
        }
        if !ambiguous.isEmpty {
            let subject = counted(
                ambiguous.count, "annotated image has the name of several files, and is",
                "annotated images have the names of several files, and are")
            category.annotationNotes.append(
                "\(subject) not used: \(ambiguous.sorted().listed()). Write their paths below the folder of images")
        }
        let unlabelled = category.images.filter { $0.split == .test && $0.isAnomalous == nil }.map(\.file)
        if !unlabelled.isEmpty {
            category.annotationNotes.append(
                counted(unlabelled.count, "image is", "images are")
                    + " not in the annotations, and count as unlabelled: \(unlabelled.sorted().listed())")
        }
        if !coarse.isEmpty {
            category.annotationNotes.append(
                counted(coarse.count, "image has", "images have")
                    + " boxes as regions: pixel metrics count all of a box as the defect: \(coarse.sorted().listed())")
        }
    }

    /// True for images with regions, false for those that are listed without; nil for others.
    ///
    /// - Parameter images: paths that begin with the name of a folder, which entries leave out.
    /// - Throws: `DatasetError.annotations` if two entries are for one image.
    package func isMarked(_ images: [String], in file: String) throws(DatasetError) -> [Bool?] {
        var byPath: [String: Int] = [:], byName: [String: [Int]] = [:]
        for (index, image) in images.enumerated() {
            (byPath[image], byPath[String(image.drop { $0 != "/" }.dropFirst())]) = (index, index)
            byName[Self.bareName(image), default: []].append(index)
        }
        var marks = [Bool?](repeating: nil, count: images.count)
        for entry in entries {
            let name = PathText.read(entry.file), sameName = byName[Self.bareName(name)] ?? []
            guard let index = byPath[name] ?? (sameName.count == 1 ? sameName[0] : nil) else { continue }
            guard marks[index] == nil else {
                throw .annotations(
                    file: file, fault: "\(name) and another entry are both for \(images[index])",
                    remedy: "write paths below the folder of images as names")
            }
            marks[index] = !entry.regions.shapes.isEmpty
        }
        return marks
    }

    private func label(_ image: inout SourceImage, _ entry: Entry) {
        guard !entry.regions.shapes.isEmpty else {
            if image.split == .test { (image.isAnomalous, image.kind) = (false, "good") }
            return
        }
        if image.split == .train {
            image.split = .test
            image.file = "test/" + image.file.drop { $0 != "/" }.dropFirst()
        }
        image.isAnomalous = true
        image.kind = Set(entry.labels.map { $0.isEmpty ? "region" : $0 }).sorted().joined(separator: "+")
        image.regions = entry.regions
    }

    private static func bareName(_ path: String) -> String {
        path.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? path
    }
}
