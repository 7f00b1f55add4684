import DatasetTestSupport
import Manifests

extension TinyDataSet {
    /// A sweep over the tiny job with these members of `parameters`; `more` are further members of the sweep, `job` of the
    /// job.
    func sweep(
        _ parameters: String, _ more: String = "", categories: [String] = ["bolt"], job: String = ""
    ) throws -> SweepManifest {
        let base = JSONSerializer.pretty(try manifest(categories, more: job).resolved)
        try write(Array(base.utf8), to: "tiny.json")
        let text = #"{"name": "tiny-sweep", "job": "tiny.json", "parameters": {\#(parameters)}\#(more)}"#
        return try SweepManifest.parse(bytes: Array(text.utf8), file: path + "/sweep.json")
    }
}
