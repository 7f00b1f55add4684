import Foundation
import Testing

/// `nominal compare` on finished runs.
@Suite struct CompareTests {
    private let fixture: CommandLineFixture

    init() throws { fixture = try CommandLineFixture() }

    @Test("Two runs are compared by metrics, data, parameters and code, as text, JSON and HTML")
    func compare() throws {
        try fixture.writeDemoData()
        try fixture.writeManifest()
        #expect(try fixture.nominal("run", "tiny.json", "--output", "a").status == 0)
        try fixture.writeManifest(training: #", "learningRate": 0.01"#)
        try fixture.writeImage(0.5, width: 64, height: 64, to: "data/wood/train/good/zzz.png")
        try fixture.writeImage(0.5, width: 64, height: 64, to: "data/wood/test/good/zzz.png")
        try fixture.write(try fixture.bytes("data/wood/test/hole/000.png"), to: "data/wood/test/dent/000.png")
        #expect(try fixture.nominal("run", "tiny.json", "--output", "b").status == 0)

        let outcome = try fixture.nominal("compare", "a", "b", "--html", "page.html")
        #expect(outcome.status == 0 && outcome.errors == "")
        #expect(
            outcome.output.hasPrefix("a -> b\n\nwood: 6 test images in common; left out: 1 only in the second, 1 with")
        )
        for line in [
            "\nwoven_cloth: 7 test images in common\n  imageAUROC   ", "\n  image AUROC of the common images: ",
            "\ndata        wood: normal images: 1 added (train/good/zzz.png)\n",
            "\ndata        wood: test images: 1 added (test/good/zzz.png), 1 changed (test/dent/000.png)\n",
            "\nparameters  /training/learningRate: 0.001 -> 0.01\n",
        ] { #expect(outcome.output.contains(line), "\(line) is not in \(outcome.output)") }
        #expect(!outcome.output.contains("\ncode "))
        let page = try fixture.text("page.html")
        #expect(page.contains("/training/learningRate") && page.contains("<bdi>woven_cloth</bdi>"))

        let json = try JSONSerialization.jsonObject(
            with: Data(try fixture.nominal("compare", "a", "b", "--json").output.utf8))
        let comparison = try #require((json as? [[String: Any]])?.first)
        let categories = try #require(comparison["categories"] as? [[String: Any]])
        #expect(categories.map { $0["name"] as? String } == ["wood", "woven_cloth"])
        #expect(categories.map { $0["pairs"] as? Int } == [6, 7])
        let again = try fixture.nominal("compare", "a", "a")
        #expect(again.output.hasSuffix("\ndata, parameters and code are the same\n"))
        #expect(again.output.contains("image AUROC of the common images: +0.0000, 95 % interval +0.0000 to"))

        // A run of an earlier version has no run.json.
        try fixture.remove("a/run.json")
        let former = try fixture.nominal("compare", "a", "b")
        #expect(former.status == 0)
        #expect(
            former.errors
                == "note: a has no run.json, so its data and parameters are unknown; run its job again to write one\n")
        #expect(former.output.contains("wood: 7 test images in common; left out: 1 only in the second\n"))
    }

    @Test("Folders without a run, or from a later version, are rejected by name")
    func refused() throws {
        let metrics = #"{"categories": {}, "mean": {"aupro": {}, "aupimo": {}}}"#
        try fixture.write(metrics, to: "a/metrics.json")
        try fixture.write("[]", to: "a/scores.json")
        try fixture.write(metrics, to: "later/metrics.json")
        try fixture.write("[]", to: "later/scores.json")
        try fixture.write(#"{"format": 2}"#, to: "later/run.json")
        try fixture.write("{}", to: "broken/metrics.json")
        try fixture.write("[", to: "torn/metrics.json")
        try fixture.write("", to: "endless/metrics.json")
        // A sparse file.
        let endless = try #require(FileHandle(forWritingAtPath: fixture.place("endless/metrics.json")))
        try endless.truncate(atOffset: 1 << 40)
        for (folder, status, message) in [
            ("nowhere", 66, "nowhere: no such folder; expected the folder of a run"),
            (".", 66, "./metrics.json: no such file; every finished run has one"),
            ("later", 65, "later/run.json: has format 2, expected at most 1"),
            ("broken", 65, "broken/metrics.json: found no key \"categories\""),
            ("torn", 65, "torn/metrics.json: found invalid content; expected JSON as a run writes it"),
            ("endless", 65, "endless/metrics.json: found 1099511627776 bytes, expected at most 268435456"),
            ("a", 65, "a and a have no category in common"),
        ] as [(String, Int32, String)] {
            let outcome = try fixture.nominal("compare", "a", folder)
            #expect(outcome.status == status && outcome.output == "", "\(folder)")
            #expect(outcome.errors.hasPrefix("error: \(message)"), "\(outcome.errors)")
        }
        #expect(try fixture.nominal("compare", "a").status == 64)
    }
}
