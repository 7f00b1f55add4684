/// The content of ``InspectionPage``: what is unusual in a folder of images.
public struct InspectionReport: Sendable, Equatable {
    public struct Image: Sendable, Equatable {
        public var name: String
        /// Nil for a file that cannot be decoded, and for images beyond the limit of the page.
        public var picture: Picture?

        public init(name: String, picture: Picture?) { (self.name, self.picture) = (name, picture) }
    }

    /// Images that have something in common, or one that stands out.
    public struct Finding: Sendable, Equatable {
        public var words: String
        public var images: [Image]

        public init(words: String, images: [Image]) { (self.words, self.images) = (words, images) }
    }

    /// Findings of one kind.
    public struct Section: Sendable, Equatable {
        public var title: String
        /// What the findings mean, and what to do.
        public var note: String
        public var findings: [Finding]

        public init(title: String, note: String, findings: [Finding]) {
            (self.title, self.note, self.findings) = (title, note, findings)
        }
    }

    public var title: String
    public var facts: [Fact]
    public var warnings: [String]
    public var sections: [Section]
    public var generatedBy: [Fact]

    public init(
        title: String, facts: [Fact], warnings: [String], sections: [Section], generatedBy: [Fact]
    ) {
        (self.title, self.facts, self.warnings) = (title, facts, warnings)
        (self.sections, self.generatedBy) = (sections, generatedBy)
    }
}

/// The page of an inspection, with a thumbnail of each image that stands out.
public enum InspectionPage {
    /// Returns the page as UTF-8 text. Equal reports give equal text, and markup in their strings is escaped.
    public static func render(_ report: InspectionReport) -> String {
        HTMLPage(title: report.title, facts: report.facts).render {
            if !report.warnings.isEmpty {
                HTML("section") {
                    HTML("h2") { "Warnings" }
                    HTML("ul", ["class": "warnings"]) { for warning in report.warnings { HTML("li") { warning } } }
                }
            }
            if report.sections.isEmpty { HTML("p", ["class": "note"]) { "Nothing stands out." } }
            for section in report.sections { render(section) }
            ReportPage.footer(report.generatedBy)
        }
    }

    private static func render(_ section: InspectionReport.Section) -> HTML {
        HTML("section") {
            HTML("h2") { "\(section.title): \(section.findings.count)" }
            HTML("p", ["class": "note"]) { section.note }
            for finding in section.findings where finding.images.count != 1 {
                HTML("h3") { HTML("bdi") { finding.words } }
                HTML("ul", ["class": "suspects"]) { for image in finding.images { item(image, note: nil) } }
            }
            let single = section.findings.filter { $0.images.count == 1 }
            if !single.isEmpty {
                HTML("ul", ["class": "suspects"]) {
                    for finding in single { item(finding.images[0], note: finding.words) }
                }
            }
        }
    }

    private static func item(_ image: InspectionReport.Image, note: String?) -> HTML {
        HTML("li") {
            if let picture = image.picture { picture.html(image.name) }
            HTML("bdi") { image.name }
            if let note {
                HTML("br")
                HTML("bdi") { note }
            }
        }
    }
}
