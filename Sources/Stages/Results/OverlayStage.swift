import AnomalyDetection
import ContentStore
import Imaging
import Pipeline

/// Draws overlays (the anomaly map over the image, with the outline of the ground truth; dark outside the region of
/// interest) and thumbnails for the report. With a frame around the object, they show its content.
package struct OverlayStage: Stage {
    package static let name = "overlay"
    package static let version = 2

    /// False for overlays alone, without thumbnails for a report; nil for both.
    var thumbnails: Bool?

    package init(thumbnails: Bool? = nil) { self.thumbnails = thumbnails }

    /// The maximum side of a thumbnail, in pixels; a report of 200 images stays below 5 MB.
    static let thumbnailSide = 144

    package var outputs: [String] { ["overlays.json"] }

    package func run(_ context: TaskContext) throws {
        let model = try Model(bytes: try context.read("model"), name: "\(context.task) model")
        let scores = try context.readJSON(ScoreIndex.self, "scores").entries
        let images = Dictionary(
            try context.readJSON(ImageIndex.self, "images").entries.map { ($0.file, $0) }, uniquingKeysWith: { $1 })
        // The colour scale starts warm at the ceiling of normal images and is hottest at three times that value.
        let range = model.mapCeiling * 0.5...max(model.mapCeiling * 3, .leastNormalMagnitude)
        var overlays = OverlayIndex(entries: [])
        for (number, score) in scores.enumerated() {
            try context.checkCancellation()
            guard let image = images[score.file], let pixels = image.pixels, let digest = score.map else { continue }
            let input = try PackedImage(
                bytes: try context.blob(pixels), name: score.file
            ).image
            var map = try FloatMap.decode(bytes: try context.blob(digest), name: "map of \(score.stem)")
            var mask = try image.mask.map {
                try Mask.decode(bytes: try context.blob($0), name: "mask of \(score.stem)")
            }
            let region = try image.originalRegion.map { try context.regionMask($0, of: score.file) }
            let whole = (width: image.width, height: image.height)
            let shown = model.frame?.pixels(in: whole) ?? whole
            // The size of the original, limited to the width of a screen.
            let scale = min(1, 1024 / Float(max(shown.width, shown.height)))
            let width = max(1, Int(Float(shown.width) * scale)), height = max(1, Int(Float(shown.height) * scale))
            if let frame = model.frame {
                // The whole at the scale of the picture, which may be far smaller.
                let size = (
                    width: max(1, Int(Float(whole.width) * scale)), height: max(1, Int(Float(whole.height) * scale))
                )
                map = map.resized(width: size.width, height: size.height)
                mask = mask.map { $0.resized(width: size.width, height: size.height) }
                map = frame.cut(map, image.pose, width: width, height: height)
                mask = mask.map { frame.cut($0, image.pose, width: width, height: height) }
            }
            let full = Overlay.render(
                image: input.resized(width: width, height: height), map: map, range: range, mask: mask,
                region: region)
            overlays.entries.append(
                OverlayIndex.Entry(
                    file: score.file, overlay: try context.publish(bytes: try PNGEncoder.encode(full)),
                    small: thumbnails == false
                        ? nil : try thumbnails(of: score, input: input, overlay: full, mask: mask, shown, context)))
            context.progress(number + 1, of: scores.count, unit: "pictures")
        }
        try context.writeJSON(overlays, to: "overlays.json")
    }

    private func thumbnails(
        of score: ScoreIndex.Entry, input: PlanarImage, overlay: PlanarImage, mask: Mask?,
        _ shown: (width: Int, height: Int), _ context: TaskContext
    ) throws -> OverlayIndex.Thumbnails {
        let picture = try score.picture.map {
            try ImageDecoder.decode(bytes: try context.blob($0), name: "picture of \(score.stem)").image
        }
        return OverlayIndex.Thumbnails(
            input: try thumbnail(input, shown, context), overlay: try thumbnail(overlay, shown, context),
            picture: try picture.map { try thumbnail($0, shown, context) },
            mask: try mask.map {
                let grey = PlanarImage(
                    width: $0.width, height: $0.height, channels: 1, values: $0.values.map(Float.init))
                return try thumbnail(grey, shown, context)
            })
    }

    private func thumbnail(
        _ picture: PlanarImage, _ image: (width: Int, height: Int), _ context: TaskContext
    ) throws -> OverlayIndex.Thumbnail {
        let scale = min(1, Float(OverlayStage.thumbnailSide) / Float(max(image.width, image.height)))
        let width = max(1, Int((Float(image.width) * scale).rounded()))
        let height = max(1, Int((Float(image.height) * scale).rounded()))
        let small = picture.resized(width: width, height: height)
        return OverlayIndex.Thumbnail(
            jpeg: try context.publish(bytes: try JPEGEncoder.encode(small, quality: 80)), width: width, height: height)
    }
}

/// The digests of overlays and thumbnails in the store.
package struct OverlayIndex: Codable, Sendable {
    package struct Thumbnail: Codable, Sendable {
        package var jpeg: Digest
        package var width, height: Int
    }

    package struct Thumbnails: Codable, Sendable {
        package var input, overlay: Thumbnail
        /// What the detector expected, and the mask; nil if there is none.
        package var picture, mask: Thumbnail?
    }

    package struct Entry: Codable, Sendable {
        package var file: String
        /// The digest of a PNG.
        package var overlay: Digest
        /// Nil for overlays alone.
        package var small: Thumbnails?
    }

    package var entries: [Entry]
}
