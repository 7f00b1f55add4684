import ContentStore

/// The facts of a model's card that are known before any task runs.
package struct CardFacts: Codable, Equatable, Sendable {
    var job: String
    /// The name of the case; see `Job.Case`.
    var name: String
    var category: String
    /// The layout of the data set: `mvtec` or `folder`.
    var layout: String
    var preset: String?
    var program: ModelCard.Program
    /// Nil if there are no foreign textures.
    var textures: Textures?
    /// Nil for a detector that is not trained.
    var training: TrainingFacts?
    /// See `VerdictConfidence`.
    var tolerance: Double
    var statements: Statements

    package init(
        job: String, name: String, category: String, layout: String, preset: String? = nil,
        program: ModelCard.Program, textures: Textures? = nil, training: TrainingFacts?, tolerance: Double,
        statements: Statements
    ) {
        (self.job, self.name, self.category) = (job, name, category)
        (self.layout, self.preset, self.program) = (layout, preset, program)
        (self.textures, self.training, self.tolerance) = (textures, training, tolerance)
        self.statements = statements
    }

    /// The files of foreign textures; `listSHA256` is the digest of `ImageSet.listText`.
    package struct Textures: Codable, Equatable, Sendable {
        var images: Int
        var listSHA256: Digest

        package init(_ sources: [Digest]) {
            (images, listSHA256) = (sources.count, Digest.of(text: ImageSet.listText(sources)))
        }
    }
}
