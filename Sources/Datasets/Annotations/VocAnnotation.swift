import Imaging

/// A Pascal VOC file: the boxes of one image, in pixels that are counted from 1, the last ones included.
///
/// Source: the development kit of the PASCAL Visual Object Classes Challenge 2012.
enum VocAnnotation {
    static func entry(_ root: XMLElement, _ file: String) throws(DatasetError) -> AnnotationSet.Entry {
        func fault(_ fault: String, _ remedy: String = "correct it, or export it again") -> DatasetError {
            .annotations(file: file, fault: fault, remedy: remedy)
        }
        guard root.name == "annotation" else {
            throw fault("its root is <\(root.name)>, not <annotation>", "it is not a file of Pascal VOC")
        }
        let named = root["filename"]?.text ?? ""
        guard !named.isEmpty else { throw fault("<filename> is missing") }
        let size = root["size"]
        var entry = AnnotationSet.Entry(
            file: named,
            regions: ImageRegions(
                width: size?["width"].flatMap { Int($0.text) }, height: size?["height"].flatMap { Int($0.text) },
                shapes: []))
        for object in root.children where object.name == "object" {
            let box = object["bndbox"]
            let sides = ["xmin", "ymin", "xmax", "ymax"].compactMap { box?[$0].flatMap { Double($0.text) } }
            guard let label = object["name"]?.text, sides.count == 4, sides.allSatisfy({ abs($0) < 1e6 }) else {
                throw fault("an <object> has no name or no complete <bndbox>")
            }
            let numbers = sides.map { Int($0.rounded()) - 1 }
            entry.add(
                .rectangle(left: numbers[0], top: numbers[1], right: numbers[2], bottom: numbers[3]), label,
                isCoarse: true)
        }
        return entry
    }
}
