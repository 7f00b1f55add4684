import ArgumentParser
import Jobs
import Manifests

struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Checks manifests and lists every fault with its place, what was expected and the remedy.",
        discussion: """
            Example:
              nominal validate jobs/*.json
            """)

    @Argument(help: "Manifests of jobs and sweeps.", completion: .file(extensions: ["json"]))
    var files: [String]

    func run() throws {
        var worst: Int32 = 0
        for file in files {
            do throws(ManifestError) {
                if SweepManifest.isSweep(path: file) {
                    let sweep = try SweepManifest.load(path: file)
                    _ = try sweep.job(running: TrialSampler.trials(of: sweep))
                } else {
                    _ = try JobManifest.load(path: file)
                }
                print("\(file): valid")
            } catch {
                for violation in error.violations { StandardError.write("\(violation)") }
                worst = max(worst, ExitStatus(of: error).rawValue)
            }
        }
        if worst != 0 { throw ExitCode(worst) }
    }
}
