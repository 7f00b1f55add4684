import Testing

@testable import Reports

@Suite("Report page")
struct ReportPageTests {
    @Test("Equal reports give equal bytes")
    func stable() {
        let report = SampleReport.make(categoryCount: 3, pictures: 4)
        #expect(ReportPage.render(report) == ReportPage.render(SampleReport.make(categoryCount: 3, pictures: 4)))
    }

    @Test("The page is self-contained and forbids network access")
    func selfContained() {
        let page = ReportPage.render(SampleReport.make(categoryCount: 2, pictures: 3))
        for address in ["http:", "https:", "//cdn", "url(", "@import", "<link", "<iframe"] {
            #expect(!page.contains(address), "the page holds \(address)")
        }
        #expect(page.contains("Content-Security-Policy\" content=\"default-src &#39;none&#39;; img-src data:"))
    }

    @Test(
        "Names from files and manifests are escaped",
        arguments: [
            "<script>alert(1)</script>", "</script><script>x", "\"><img src=x onerror=alert(1)>",
            "' autofocus onfocus='x",
            "</style></title></pre>", "&lt;b&gt;", "\u{202E}gnp.exe", "検査🧪é", String(repeating: "n", count: 10_000), "",
        ])
    func hostileNames(name: String) {
        let sample = SamplePicture(index: 0, hasDefect: true)
        var category = SampleReport.labelled(0, pictures: 0)
        category.name = name
        category.furtherMetrics = [Metric(name: name, value: 0.5)]
        category.gallery = [
            SampleReport.item(name: name, kind: name, isAnomalous: true, score: 1, threshold: 2, sample: sample)
        ]
        category.gallery[0].verdict = name
        category.gallery[0].lineage = [Fact(label: name, value: name)]
        category.drift = [
            DriftMeasure(name: name, meaning: name, normal: [1], tested: [2], distance: 1, probability: 1)
        ]
        category.card = ModelCardReport(limits: [name], page: "models/\(name).card.md", data: "models/\(name).json")
        let report = RunReport(
            title: name, description: name, summary: [Fact(label: name, value: name)],
            generatedBy: [Fact(label: name, value: name)], categories: [category],
            mean: MetricsRow(furtherMetrics: [Metric(name: name, value: nil)]),
            warnings: [name],
            manifest: name, peers: [PublishedFigure(name: name, imageAUROC: 1, pixelAUROC: nil, source: name)])
        let page = ReportPage.render(report)
        #expect(page.components(separatedBy: "<script").count == 2)
        #expect(page.components(separatedBy: "</script").count == 2)
        #expect(page.components(separatedBy: "<style").count == 2)
        #expect(!page.contains("<img src=x"))
        #expect(!page.contains("' autofocus"))
        #expect(page.contains("<title>\(HTML.text(name).render())</title>"))
    }

    @Test("Links to a card are valid for any file name")
    func cardLinks() throws {
        var category = SampleReport.labelled(0, pictures: 0)
        category.card = ModelCardReport(
            limits: ["Few images."], page: "models/a b#c?d%e\"javascript:é.card.md", data: "models/x.card.json")
        let page = ReportPage.render(RunReport(title: "t", categories: [category]))
        #expect(page.contains("href=\"models/a%20b%23c%3Fd%25e%22javascript%3A%C3%A9.card.md\""))
        #expect(page.contains("href=\"models/x.card.json\"") && page.contains("<li>Few images.</li>"))
        #expect(
            page.contains("1 limit<") && !ReportPage.render(SampleReport.make(categoryCount: 1)).contains("Model card"))
    }

    @Test("What the detector expected is shown under its label, and omitted if there is none")
    func expectedPicture() {
        let sample = SamplePicture(index: 0, hasDefect: true)
        func page(_ change: (inout GalleryItem) -> Void) -> String {
            var category = SampleReport.labelled(0, pictures: 0)
            var item = SampleReport.item(
                name: "a", kind: "dent", isAnomalous: true, score: 1, threshold: 2, sample: sample)
            change(&item)
            category.gallery = [item]
            return ReportPage.render(RunReport(title: "t", categories: [category]))
        }
        func pictures(_ page: String) -> Int { page.components(separatedBy: "<img").count - 1 }
        let usual = page { _ in }
        #expect(usual.contains("Reconstruction"))
        let labelled = page { $0.expectedLabel = "Nearest <normal> image" }
        #expect(labelled.contains("Nearest &lt;normal&gt; image") && !labelled.contains("Reconstruction"))
        let none = page { $0.expected = nil }
        #expect(!none.contains("Reconstruction") && pictures(none) == pictures(usual) - 1)
    }

    @Test("An assessment without projection measures has no table of them")
    func projection() {
        func page(_ projection: [AssessmentReport.Measure]) -> String {
            var category = SampleReport.labelled(0, pictures: 0)
            category.assessment = AssessmentReport(criterion: 0.5, kinds: [], changes: [], projection: projection)
            return ReportPage.render(RunReport(title: "t", categories: [category]))
        }
        #expect(page([.init(label: "idempotence", after: 0.1, before: 0.9)]).contains(">Projection<"))
        #expect(!page([]).contains(">Projection<"))
    }

    @Test("A run without categories and an empty category have a page")
    func empty() {
        let none = ReportPage.render(RunReport(title: "Nothing"))
        #expect(none.contains("This run has no categories."))
        #expect(!none.contains("<table"))
        let bare = ReportPage.render(RunReport(title: "Bare", categories: [CategoryReport(name: "x")]))
        #expect(bare.contains("No images were scored."))
        #expect(!bare.contains("<svg"))
    }

    @Test("Unlabelled data has scores but no ROC curve, AUROC or confusion matrix")
    func unlabelled() {
        let page = ReportPage.render(SampleReport.make(categoryCount: 1, pictures: 2, isLabelled: false))
        #expect(page.contains("of 80 images without ground truth called anomalous"))
        for absent in [
            "ROC curves", "Precision and recall", "<th scope=\"col\">Image AUROC</th><th scope=\"col\">Called",
            "called normal",
        ] {
            #expect(!page.contains(absent))
        }
    }

    @Test("Metrics have four decimals, missing ones are a dash, and columns without values are omitted")
    func figures() {
        var first = CategoryReport(name: "a", imageAUROC: 1, furtherMetrics: [Metric(name: "AU-PRO", value: 0.93124)])
        first.counts.train = 5
        let report = RunReport(
            title: "t", categories: [first, CategoryReport(name: "b", imageAUROC: 0.5)],
            mean: MetricsRow(imageAUROC: 0.75))
        let page = ReportPage.render(report)
        #expect(page.contains("<bdi>a</bdi></a></th><td>1.0000</td><td>0.9312</td><td>5</td>"))
        #expect(page.contains("<bdi>b</bdi></a></th><td>0.5000</td><td>–</td><td>0</td>"))
        #expect(page.contains("<th scope=\"row\">Mean</th><td>0.7500</td><td></td><td></td>"))
        #expect(!page.contains("<th scope=\"col\">Pixel AUROC"))
        #expect(!page.contains("<th scope=\"col\">Set aside"))
    }

    @Test("Sections are initially open for few categories and closed for many")
    func collapsing() {
        let few = ReportPage.render(SampleReport.make(categoryCount: 2, pictures: 0))
        let many = ReportPage.render(SampleReport.make(categoryCount: 15, pictures: 0))
        #expect(few.components(separatedBy: "<details class=\"category\"").count == 3)
        #expect(few.contains("id=\"category-1\" open=\"\">"))
        #expect(many.contains("href=\"#category-15\""))
        #expect(many.contains("id=\"category-15\">"))
    }

    @Test(
        "A page of 200 images with thumbnails of 6 KB is below 5 MiB, and one of 15 categories without pictures below 1 MB"
    )
    func size() {
        var report = SampleReport.make(categoryCount: 1, pictures: 200)
        for index in report.categories[0].gallery.indices {
            let thumbnail = Picture(
                mimeType: .jpeg, bytes: [UInt8](repeating: 0xA5, count: 6000), width: 128, height: 128)
            report.categories[0].gallery[index].input = thumbnail
            report.categories[0].gallery[index].expected = thumbnail
            report.categories[0].gallery[index].overlay = thumbnail
            report.categories[0].gallery[index].groundTruth?.bytes = [UInt8](repeating: 1, count: 300)
        }
        #expect(ReportPage.render(report).utf8.count < 5 << 20)
        #expect(ReportPage.render(SampleReport.make(categoryCount: 15, pictures: 0)).utf8.count < 1_000_000)
    }
}
