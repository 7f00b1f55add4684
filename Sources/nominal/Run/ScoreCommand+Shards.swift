import AnomalyDetection
import ArgumentParser
import Console
import ContentStore
import Datasets
import Jobs
import Stages
import Wording

/// Scoring of a folder in parts, on several machines.
extension ScoreCommand {
    /// Writes the record of a finished part; does nothing for a whole folder.
    ///
    /// - Parameter all: The images of all parts.
    func finishShard(
        of all: SourceCategory, _ model: Model, _ threshold: ChosenThreshold?, in folder: String
    ) throws {
        guard let shard else { return }
        try ShardRecord(
            shard, of: all, model: Digest.of(model.bytes), engine: engine, tolerance: tolerance, threshold: threshold,
            folder: folder
        ).write(to: folder)
    }

    /// Combines the results of all parts.
    func mergeShards() throws {
        let shards = try ShardMerge(folder: folder)
        let reporter = reporting.reporter
        let count = try shards.write { reporter.reading($0, of: $1) }
        if count < shards.imageCount, !reporting.isQuiet {
            let missing = shards.imageCount - count
            StandardError.note(
                "\(missing) of \(counted(shards.imageCount, "image")) "
                    + (missing == 1 ? "has no score: it is quarantined" : "have no score: they are quarantined"))
        }
        print("scores: \(folder)/scores.csv")
    }
}

extension Shard: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
