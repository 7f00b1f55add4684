import ContentStore
import Folders
import Imaging
import Manifests
import StrictJSON

/// The regions that people have marked in images, as annotation tools export them.
package struct AnnotationSet: Sendable {
    /// An image that the tool lists.
    package struct Entry: Sendable, Equatable {
        /// The name in the file: a path, or a bare name.
        package var file: String
        /// The labels of the regions, in the order of the file.
        package var labels: [String] = []
        package var regions: ImageRegions
        /// True if some regions are boxes around defects.
        package var isCoarse = false

        mutating func add(_ shape: ImageRegions.Shape, _ label: String, isCoarse: Bool = false) {
            regions.shapes.append(shape)
            labels.append(label)
            if isCoarse { self.isCoarse = true }
        }
    }

    /// In the order of the files; each name once.
    package private(set) var entries: [Entry] = []
    /// The paths of the files.
    let files: [String]

    /// The maximum size of a file.
    private static let limitBytes = 512 << 20

    /// Reads a file, or all files with the format's extension in a folder.
    ///
    /// - Throws: `DatasetError.annotations` and `DatasetError.missingAnnotations`.
    package init(_ path: ManifestPath, _ format: DatasetSection.GroundTruth.Format) throws(DatasetError) {
        var found = [path.absolute]
        if try FolderWalk.isFolder(path.absolute) {
            let ending = "." + format.fileExtension
            found = try FolderWalk.entries(path.absolute).filter { $0.lowercased().hasSuffix(ending) }
                .map { path.absolute + "/" + $0 }
            guard !found.isEmpty else {
                throw .annotations(
                    file: path.absolute, fault: "the folder has no file *\(ending)",
                    remedy: "give the folder of the annotation files, or the file")
            }
        }
        files = found
        var places: [String: Int] = [:]
        for file in files {
            for entry in try Self.entries(try Self.read(file), format, file) {
                guard let place = places[entry.file] else {
                    places[entry.file] = entries.count
                    entries.append(entry)
                    continue
                }
                for (shape, label) in zip(entry.regions.shapes, entry.labels) {
                    entries[place].add(shape, label, isCoarse: entry.isCoarse)
                }
            }
        }
    }

    /// The images in the contents of a file, for the fuzzer and for tests.
    package static func entries(
        _ bytes: [UInt8], _ format: DatasetSection.GroundTruth.Format, _ file: String
    ) throws(DatasetError) -> [Entry] {
        let entries: [Entry]
        switch format {
        case .coco: entries = try CocoAnnotations(try json(bytes, file), file).entries
        case .labelme: entries = [try LabelMeAnnotation.entry(try json(bytes, file), file)]
        case .labelStudio: entries = try LabelStudioAnnotations.entries(try json(bytes, file), file)
        case .cvat: entries = try CvatAnnotations.entries(try xml(bytes, file), file)
        case .voc: entries = [try VocAnnotation.entry(try xml(bytes, file), file)]
        }
        for entry in entries {
            guard let fault = entry.regions.fault else { continue }
            throw .annotations(file: file, fault: "\(entry.file): \(fault)", remedy: "correct it in the tool")
        }
        return entries
    }

    /// The format of a file by its content; nil for a file of no annotation tool.
    ///
    /// - Throws: `DatasetError.missingAnnotations`, or `annotations` if it cannot be read.
    package static func format(of file: String) throws(DatasetError) -> DatasetSection.GroundTruth.Format? {
        let bytes = try read(file)
        if let root = try? XMLElement.parse(bytes, file: file) {
            return root.name == "annotations" ? .cvat : root.name == "annotation" ? .voc : nil
        }
        guard let value = try? json(bytes, file) else { return nil }
        if value["images"]?.elements != nil, value["annotations"]?.elements != nil { return .coco }
        if value["shapes"]?.elements != nil { return .labelme }
        return value.elements?.first?["data"]?.members != nil ? .labelStudio : nil
    }

    private static func read(_ file: String) throws(DatasetError) -> [UInt8] {
        guard (try? AtomicFile.exists(file)) == true else { throw .missingAnnotations(file: file) }
        do {
            return try AtomicFile.read(file, limitBytes: limitBytes)
        } catch {
            throw .annotations(file: file, fault: "\(error)", remedy: "check the path")
        }
    }

    private static func json(_ bytes: [UInt8], _ file: String) throws(DatasetError) -> JSONValue {
        do throws(JSONError) {
            return try JSONParser.parse(bytes, file: file, sizeLimit: limitBytes)
        } catch {
            throw .annotations(
                file: file, fault: "\(error.position): found \(error.fault.found); expected \(error.fault.expected)",
                remedy: "export it again")
        }
    }

    private static func xml(_ bytes: [UInt8], _ file: String) throws(DatasetError) -> XMLElement {
        do throws(XMLFault) {
            return try XMLElement.parse(bytes, file: file)
        } catch {
            throw .annotations(file: file, fault: error.description, remedy: "export it again")
        }
    }
}

extension DatasetSection.GroundTruth.Format {
    fileprivate var fileExtension: String {
        switch self {
        case .coco, .labelme, .labelStudio: "json"
        case .cvat, .voc: "xml"
        }
    }

    /// The name of the tool or format.
    package var displayName: String {
        switch self {
        case .coco: "COCO"
        case .labelme: "LabelMe"
        case .labelStudio: "Label Studio"
        case .cvat: "CVAT for images"
        case .voc: "Pascal VOC"
        }
    }
}

extension ImageRegions {
    /// Limits on numbers, so that a small file does not cause long work.
    fileprivate var fault: String? {
        let limit = 200_000.0
        var length = 0.0
        for case .ellipse(let left, let top, let right, let bottom) in shapes {
            guard max(right - left, bottom - top) <= ImageRegions.largestEllipse else {
                return "a circle has a diameter beyond \(ImageRegions.largestEllipse)"
            }
            length += Double(right - left)
        }
        for case .polygon(let corners, _) in shapes {
            guard corners.count >= 2, corners.allSatisfy({ $0.isFinite && abs($0) <= limit }) else {
                return "a polygon has a coordinate beyond \(Int(limit))"
            }
            for place in stride(from: 2, to: corners.count - 1, by: 2) {
                length += abs(corners[place] - corners[place - 2]) + abs(corners[place + 1] - corners[place - 1])
            }
        }
        return length <= 5_000_000 ? nil : "the polygons have a boundary of \(Int(length)) pixels"
    }
}
