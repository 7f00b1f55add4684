import AnomalyDetection
import Imaging
import Jobs
import Manifests
import Stages

extension RetrainingJob {
    /// Checks before a night that the model in production can be trained further.
    ///
    /// - Parameter name: the name of the model, for the message.
    /// - Throws: `RetrainingError.otherNetwork`.
    package static func requireSameNetwork(_ champion: Model, _ name: String, _ images: NightImages) throws {
        let recipe = try TrainingRecipe(images.manifest)
        // The criterion of the gate compares models of one view.
        guard images.section.start != .warm || (champion.frame, champion.region) == (recipe.frame, recipe.region) else {
            func words(_ frame: ObjectFrame?, _ region: RegionOfInterest?) -> String {
                frame.map { "a frame of \($0.words) around the object" } ?? region?.kind.words ?? "whole images"
            }
            throw RetrainingError.otherNetwork(
                champion: name, found: "a detector on " + words(champion.frame, champion.region),
                expected: "one on " + words(recipe.frame, recipe.region))
        }
        guard images.section.start == .warm, recipe.detector.isTrained else { return }
        let known = try champion.autoencoder(name: name)
        // Of several candidates, another one may have been better: the network is trained anew.
        if known == nil, recipe.detector.kindName != AutoencoderKind.name { return }
        func words(_ network: String, _ grid: TileGrid, _ range: SampleRange?) -> String {
            "\(network) for images of \(grid.width) x \(grid.height) pixels"
                + (grid.isSingle ? "" : " in tiles of \(grid.tileWidth) x \(grid.tileHeight)")
                + (range.map { " with samples of the range \($0.words)" } ?? "")
        }
        var network = "a detector of the kind \(champion.kind)"
        func words(_ network: NetworkSettings, _ reduction: Int) -> String {
            "\(network.architecture.rawValue) of width \(network.baseWidth)"
                + (network.input == .localContrast ? " on local contrast" : "")
                + (reduction > 1 ? " at \(reduction == 2 ? "half" : "a quarter of") the resolution" : "")
        }
        if let known {
            network = words(
                NetworkSettings(architecture: known.architecture, baseWidth: known.baseWidth, input: known.input),
                known.reduction)
        }
        let found = words(network, champion.grid, champion.range)
        let expected = words(words(recipe.network, recipe.reduction), recipe.grid, recipe.range)
        guard found == expected else {
            throw RetrainingError.otherNetwork(champion: name, found: found, expected: expected)
        }
    }
}
