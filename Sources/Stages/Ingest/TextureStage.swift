import AnomalyDetection
import ContentStore
import Imaging
import Pipeline

/// Decodes the foreign textures that corruptions may be filled with, at their own size.
struct TextureStage: Stage {
    static let name = "textures"
    static let version = 1
    /// Larger textures are shrunk to this on their longer side: corruptions never show more of them.
    static let largestSide = 512

    var files: [IngestStage.Source]

    let outputs = ["textures.json"]

    var parameters: [KeyPart] {
        [KeyPart("files", .list(files.map { .digest($0.digest) })), KeyPart("largestSide", TextureStage.largestSide)]
    }

    func run(_ context: TaskContext) throws {
        let files = files
        let digests = try context.memoAll(
            stage: "texture", version: 1,
            parts: files.map {
                [KeyPart("source", .digest($0.digest)), KeyPart("largestSide", TextureStage.largestSide)]
            },
            unit: "textures"
        ) { index in
            let image = files[index].image
            let bytes = try SourceBytes.read(
                image.path, in: image.folder, expecting: files[index].digest, name: image.file)
            let info = try ImageDecoder.probe(bytes: bytes, name: image.file)
            let scale = min(1, Double(TextureStage.largestSide) / Double(max(info.width, info.height)))
            return try IngestStage.packed(
                bytes, name: image.file, width: max(1, Int((Double(info.width) * scale).rounded())),
                height: max(1, Int((Double(info.height) * scale).rounded()))
            ).bytes
        }
        try context.writeJSON(digests.sorted(), to: "textures.json")
    }
}
