import ContentStore
import Pipeline
import Stages

extension Job {
    /// The parts of every action key beside the settings and inputs of its stage.
    package static let keyParts = [KeyPart("numerics", .integer(NominalVersion.numerics))]

    /// All stages of the program.
    package static let stages = StageRegistry(
        [
            IngestStage.self, RegionStage.self, TextureStage.self, SelectStage.self, CorruptStage.self, TrainStage.self,
            TrainSegmentationStage.self, FitSegmentationStage.self,
            FitAutoencoderStage.self, FitMemoryStage.self, FitGaussianStage.self, FitRandomStage.self,
            FitFusionStage.self, ExtendMemoryStage.self, FitExternalStage.self, FitMapsStage.self,
            CalibrateStage.self, AssessStage.self,
            ChooseStage.self,
            ScoreStage.self,
            OverlayStage.self,
            MetricsStage.self, ConfidenceStage.self, DriftStage.self, InventoryStage.self, CardStage.self,
            AggregateStage.self, RequireStage.self, ReportStage.self, RunRecordStage.self, PreviewStage.self,
            EnrolStage.self, FingerprintStage.self, WarmStartStage.self, GateStage.self,
        ], keyParts: keyParts)
}
