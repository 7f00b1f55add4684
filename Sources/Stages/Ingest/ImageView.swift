import AnomalyDetection
import Imaging
import Manifests

/// How a model sees image files: what decides their packed images.
struct ImageView: Equatable {
    var width, height: Int
    var range: SampleRange?
}

extension TrainingRecipe {
    var view: ImageView { ImageView(width: grid.width, height: grid.height, range: range) }
}

extension Model {
    var view: ImageView { ImageView(width: grid.width, height: grid.height, range: range) }
}

extension SampleRange {
    /// The range that a manifest names; nil where it names none.
    init?(_ image: ImageSection) {
        guard let bounds = image.range else { return nil }
        self.init(lowest: Float(bounds.lowerBound), highest: Float(bounds.upperBound))
    }
}
