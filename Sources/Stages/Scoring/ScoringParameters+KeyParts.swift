import AnomalyDetection
import ContentStore

extension ScoringParameters {
    var keyParts: [KeyPart] {
        [
            KeyPart("boxSize", boxSize), KeyPart("boxPasses", boxPasses), KeyPart("scales", scales),
            KeyPart("levels", levels),
            KeyPart("normalization", normalization.rawValue), KeyPart("imageScore", imageScore.rawValue),
            KeyPart("topFraction", topFraction),
        ]
    }
}
