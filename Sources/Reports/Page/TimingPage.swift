/// The page that shows where time and memory of a run went: one HTML file that needs no network and no other file.
public struct TimingPage {
    /// The whole page as UTF-8 text.
    public static func render(_ report: TimingReport) -> String {
        let page = HTML("html", ["lang": "en"]) {
            ReportPage.head(title: "Time and memory: \(report.title)")
            HTML("body") {
                HTML("main") {
                    HeaderSection(
                        report: RunReport(
                            title: "Time and memory",
                            description: "What the run \(report.title) cost on this machine, by stage.",
                            summary: report.facts)
                    ).render()
                    HTML("section") { charts(report.stages) }
                    HTML("section") {
                        HTML("h2") { "Stages" }
                        HTML("p", ["class": "note"]) {
                            "Memory is that of the whole process while a task of the stage ran, so stages that run side by "
                                + "side share it."
                        }
                        table(report.stages)
                    }
                }
            }
        }
        return "<!DOCTYPE html>\n" + page.render() + "\n"
    }

    private static func charts(_ stages: [TimingReport.Stage]) -> HTML {
        HTML("div", ["class": "charts"]) {
            BarChart(
                title: "Time from scratch, summed over tasks", valueLabel: "seconds",
                bars: stages.map { stage in
                    BarChart.Bar(
                        label: stage.name, value: stage.secondsFromScratch,
                        note: NumberText.duration(seconds: stage.secondsFromScratch))
                }, emptyNote: "No stage has run."
            ).render()
            BarChart(
                title: "Peak memory of the process", valueLabel: "MiB",
                bars: stages.compactMap { stage in
                    stage.peakMiB.map { BarChart.Bar(label: stage.name, value: Double($0), note: "\($0) MiB") }
                }, emptyNote: "No stage has run since memory is measured."
            ).render()
        }
    }

    private static func table(_ stages: [TimingReport.Stage]) -> HTML {
        HTML("div", ["class": "scrolling", "role": "region", "aria-label": "Stages", "tabindex": "0"]) {
            HTML("table", ["class": "figures"]) {
                HTML("thead") {
                    HTML("tr") {
                        for heading in ["Stage", "Run now", "Already done", "Time now", "From scratch", "Peak memory"] {
                            HTML("th", ["scope": "col"]) { heading }
                        }
                    }
                }
                HTML("tbody") {
                    for stage in stages {
                        HTML("tr") {
                            HTML("th", ["scope": "row"]) { stage.name }
                            HTML("td") { "\(stage.tasksRun)" }
                            HTML("td") { "\(stage.tasksCached)" }
                            HTML("td") { NumberText.duration(seconds: stage.seconds) }
                            HTML("td") { NumberText.duration(seconds: stage.secondsFromScratch) }
                            HTML("td") { stage.peakMiB.map { "\($0) MiB" } ?? NumberText.missing }
                        }
                    }
                }
            }
        }
    }
}
