import ContentStore
import DatasetTestSupport
import Foundation
import FoundationXML
import Manifests
import Pipeline
import StageTestSupport
import Testing

@testable import Jobs
@testable import Stages

@Suite("Requirements") struct RequireTests {
    private let data: TinyDataSet
    private let bench: StageBench

    init() throws {
        data = try TinyDataSet()
        bench = try StageBench()
        try data.writeCategory("bolt")
        try data.writeCategory("nut")
    }

    private func outcomes(_ require: String) throws -> (all: [RequirementOutcome], junit: String) {
        let manifest = try data.manifest(["bolt", "nut"], more: #", "require": \#(require)"#)
        let job = try Job(manifest) { try $0.map { try Digest.of(filePath: $0) } }
        let summary = try bench.execute(job.graph)
        let task = try #require(job.require)
        let junit = try #require(summary.output(of: task, named: "junit.xml"))
        return (
            try job.requirements(summary, bench.store), String(decoding: try bench.store.read(junit), as: UTF8.self)
        )
    }

    @Test("are checked for every category of the job")
    func everyCategory() throws {
        let (all, junit) = try outcomes(#"{"pixelAUROC": ">= 0", "imageAUROC": ">= 0.0", "aupimo.mean": ">= 0.5"}"#)
        #expect(all.map(\.category) == ["bolt", "bolt", "bolt", "nut", "nut", "nut"])
        #expect(Set(all.map(\.figure)) == ["pixelAUROC", "imageAUROC", "aupimo.mean"])
        // The tiny test set has too few normal pixels for AUPIMO; an undefined figure counts as missed.
        for outcome in all { #expect(outcome.isMet == (outcome.figure != "aupimo.mean"), "\(outcome)") }
        let complaint = try #require(all.first { !$0.isMet }).complaint
        #expect(
            complaint == "bolt: aupimo.mean is not defined for these test images; the manifest requires at least 0.5")
        #expect(junit.contains(#"<testsuites name="tiny" tests="6" failures="2" errors="0">"#))
        #expect(junit.contains(#"<testcase classname="nut" name="imageAUROC at least 0.0"/>"#))
        #expect(junit.contains("<failure message=\"\(complaint)\"/>"))
    }

    @Test("give well-formed XML for any name")
    func wellFormed() throws {
        let text = JUnitReport(
            title: "a<b>&\"c\"\u{1}",
            outcomes: [RequirementOutcome(category: "x & y", figure: "imageAP", least: 1, value: 0.5)]
        ).text
        #expect(text.contains("a&lt;b&gt;&amp;&quot;c&quot;?") && text.contains("x &amp; y: imageAP is 0.5"))
        let parser = XMLParser(data: Data(text.utf8))
        #expect(parser.parse())
    }

    @Test("add no task if there are none")
    func none() throws {
        let job = try Job(data.manifest()) { try $0.map { try Digest.of(filePath: $0) } }
        #expect(job.require == nil)
        #expect(!job.graph.tasks.contains { $0.id.path == "require" })
    }

    @Test(
        "with invalid bounds are refused",
        arguments: [
            #"{"imageAUROC": 0.98}"#, #"{"imageAUROC": "0.98"}"#, #"{"imageAUROC": "<= 0.98"}"#,
            #"{"imageAUROC": ">= 1.5"}"#, #"{"imageAUROC": ">= 0.98 "}"#, #"{"imageAUROC": ">= nan"}"#,
            #"{"AUROC": ">= 0.98"}"#, #"[">= 0.98"]"#,
        ])
    func refused(_ require: String) {
        #expect(throws: ManifestError.self) { try data.manifest(more: #", "require": \#(require)"#) }
    }
}
