import ArgumentParser
import Console
import Deployment
import Foundation

extension VerifyCommand {
    /// Checks an exported model with a program that scores images.
    func checkExport(_ file: String, _ command: String) throws {
        let interruption = Interruption()
        try interruption.start("stopping: the program is ended") {}
        let run: SelfTestRun
        do {
            run = try SelfTestRun(of: file, with: command) { interruption.exitCode != nil }
        } catch SelfTestError.interrupted {
            throw ExitCode(interruption.exitCode ?? ExitStatus.internalFault.rawValue)
        }
        let score = run.results.map(\.scoreDifference).max() ?? 0, map = run.results.map(\.mapDifference).max() ?? 0
        let verdicts = run.results.count { !$0.hasSameVerdict }
        if json {
            print(
                try ExportFindings(
                    isSound: run.isSound, largestScoreDifference: score, largestMapDifference: map,
                    otherVerdicts: verdicts, images: run.results
                ).jsonText(isIndented: true))
        } else {
            for result in run.results {
                print(
                    "\(result.image.padding(toLength: 12, withPad: " ", startingAt: 0)) score "
                        + "\(Self.share(result.scoreDifference))  map \(Self.share(result.mapDifference))  verdict "
                        + (result.hasSameVerdict ? "equal" : "differs"))
            }
            print(
                "largest difference: \(Self.share(score)) of a score (at most \(run.tolerance.score)), "
                    + "\(Self.share(map)) of a map's range (at most \(run.tolerance.map)), \(verdicts) other verdicts"
            )
        }
        if !run.isSound { throw ExitCode(ExitStatus.taskFailed.rawValue) }
    }

    private static func share(_ value: Double) -> String {
        value == 0 ? "0" : String(format: "%.1e", value)
    }
}

/// The JSON form of the findings.
private struct ExportFindings: Encodable {
    let isSound: Bool
    let largestScoreDifference, largestMapDifference: Double
    let otherVerdicts: Int
    let images: [SelfTestRun.Result]
}
