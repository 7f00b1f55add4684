import AnomalyDetection
import ContentStore
import Imaging
import Pipeline

/// Reads the mask that is the region of interest of all images: from a file, or from the input `model`.
package struct RegionStage: Stage {
    package static let name = "region"
    package static let version = 1
    /// The name of the file's location.
    package static let locationName = "region"

    /// The file of a manifest; nil for the mask of a model.
    var mask: IngestStage.Source.Mask?

    package init(mask: IngestStage.Source.Mask? = nil) { self.mask = mask }

    package var outputs: [String] { ["region.png"] }

    package func run(_ context: TaskContext) throws {
        guard let mask else {
            let model = try Model(bytes: try context.read("model"), name: "\(context.task) model")
            return try context.write(model.regionMask, to: "region.png")
        }
        let bytes = try SourceBytes.read(
            context.source(Self.locationName), expecting: mask.digest, name: mask.file)
        let decoded = try DecodedMask.decode(bytes: bytes, name: mask.file)
        for remark in decoded.remarks { context.warn("\(mask.file) \(remark)") }
        guard decoded.mask.area > 0 else { throw RegionError.empty(mask.file) }
        try context.write(decoded.mask.pngBytes(), to: "region.png")
    }
}

/// A region of interest that cannot be used.
enum RegionError: Error, Equatable, CustomStringConvertible {
    case empty(String)
    /// No pixel of the size that the detector sees lies inside.
    case vanishes(String, pixels: Int, width: Int, height: Int)
    case missing(String)

    var description: String {
        switch self {
        case .empty(let region):
            "\(region) holds no pixel; expected at least one that is judged: correct \"region\" in the image section of the "
                + "manifest"
        case .vanishes(let region, let pixels, let width, let height):
            "\(region) has \(pixels) pixels, but no whole pixel of an image of \(width) x \(height); raise \"width\" and "
                + "\"height\" in the image section of the manifest, or widen the region"
        case .missing(let file):
            "\(file) has no region of interest, and the model needs a mask for each image; give the folder of the masks with "
                + "nominal score --regions"
        }
    }
}
