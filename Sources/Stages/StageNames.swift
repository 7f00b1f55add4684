/// The names that stages have in the store's history, for code that reads it without running stages.
package enum StageNames {
    package static let aggregate = AggregateStage.name
    package static let assess = AssessStage.name
    package static let calibrate = CalibrateStage.name
    package static let card = CardStage.name
    package static let choose = ChooseStage.name
    package static let ingest = IngestStage.name
    package static let overlay = OverlayStage.name
    package static let report = ReportStage.name
    package static let require = RequireStage.name
    package static let runRecord = RunRecordStage.name
    package static let score = ScoreStage.name
    package static let texture = TextureStage.name
}
