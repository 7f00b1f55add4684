import AnomalyDetection
import ArgumentParser
import Audit
import Attestations
import Backbones
import BinaryCoding
import ContentStore
import Datasets
import DemoData
import Evaluation
import Host
import Imaging
import Manifests
import Metrics
import ModelRegistry
import NeuralNetworks
import Pipeline
import Stages
import Thresholds

/// The documented exit codes.
enum ExitStatus: Int32 {
    case taskFailed = 1
    /// A night that left the model in production where it was.
    case kept = 10
    case invalidData = 65
    case inputMissing = 66
    case internalFault = 70
    /// Threads or open files that the system refuses.
    case systemLimit = 71
    case inputOutput = 74
    case storeInUse = 75

    /// What an error that ended a command means to the shell.
    init(of error: any Error) {
        switch error {
        case ManifestError.missing, BackboneError.missing: self = .inputMissing
        case ManifestError.unreadable: self = .inputOutput
        case RetrainingError.unfinished, RetrainingError.lostMember: self = .taskFailed
        case is RetrainingError: self = .invalidData
        case let error as DatasetError: self = error.isMissing ? .inputMissing : .invalidData
        case let error as StoreError: self = ExitStatus(rawValue: error.exitCode) ?? .inputOutput
        case let error as RegistryError: self = ExitStatus(rawValue: error.exitCode) ?? .invalidData
        case let error as ShardError: self = error.isMissing ? .inputMissing : .invalidData
        case is NodeCacheError: self = .invalidData
        case let error as EvaluationError: self = error.isMissing ? .inputMissing : .invalidData
        case let error as ComparisonError: self = error.isMissing ? .inputMissing : .invalidData
        case MetricsError.scratchFile: self = .inputOutput
        case ImagingError.unreadable: self = .inputMissing
        case LineageError.unknown, LineageError.noFolder, LineageError.unknownRun: self = .inputMissing
        case is LineageError, is AttestationError: self = .invalidData
        case is ManifestError, is ImagingError, is FormatError, is EngineError, is DemoDataError,
            is MetricsError, is ThresholdsError, is BackboneError, is InferenceError:
            self = .invalidData
        case let fault as CancelFault: self = fault.isAboutAccess ? .inputOutput : .invalidData
        case is HostError: self = .systemLimit
        case is AttemptFailure: self = .taskFailed
        case is TaskChoice.Fault, is PlanFault, is MakeRule.Fault: self = .invalidData
        case ExportError.holdsInputs: self = .invalidData
        case is ExportError: self = .inputOutput
        default: self = .internalFault
        }
    }
}

/// Ends a command with an error on standard error and its exit code.
func failing<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as ExitCode {
        throw error
    } catch let error as CleanExit {
        throw error
    } catch let error as ValidationError {
        throw error
    } catch {
        StandardError.error("\(error)")
        throw ExitCode(ExitStatus(of: error).rawValue)
    }
}
