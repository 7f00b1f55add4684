/// What a mark stands for. The style sheet gives each meaning a colour that the colour-blind can tell apart, and a
/// dash or texture where lines cross.
public enum ChartInk: String, Sendable, Equatable {
    case total
    case normal
    case anomalous
    case neutral
    case reference

    var cssClass: String { "ink-\(rawValue)" }
}
