import AnomalyDetection
import Imaging

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
