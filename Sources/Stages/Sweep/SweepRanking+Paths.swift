import ContentStore
import Manifests
import Privacy

extension SweepRanking {
    /// The ranking as it is kept: with paths among the values, and in the reasons of failures, as the job's manifest asks for.
    ///
    /// - Throws: `ManifestError`.
    func kept() throws -> SweepRanking {
        let job = try Sweep.job(of: manifest)
        let redaction = PathRedaction(job, folders: try job.folders())
        let trials = trials.map { trial in
            let values = zip(trial.trial.values, manifest.parameters).map { value, parameter in
                manifest.mappingPaths(in: value, of: parameter, redaction.written)
            }
            return trial.showing(values, failure: trial.failure.map(redaction.text))
        }
        return SweepRanking(manifest: manifest, trials: trials)
    }

    /// The text of the sweep's manifest, for its page.
    var keptManifest: String { JSONSerializer.pretty(manifest.mappingPaths(PathRedaction(manifest.job).written)) }
}
