import Datasets
import Imaging
import Wording

/// Lines on the sizes, formats and faults of a sample of images, from their headers.
struct HeaderProbe {
    /// The maximum number of images.
    private static let limit = 400
    private static let listedFaults = 5

    /// Lines on sizes, formats and faults.
    private(set) var findings: [String] = []

    init(_ images: [SourceImage]) {
        var sizesByName: [String: Int] = [:], kinds: [String: Int] = [:], profiles: [String: Int] = [:]
        var faults: [String] = []
        for image in images.evenSample(Self.limit) {
            do {
                let bytes = try image.bytes()
                let info = try ImageDecoder.probe(bytes: bytes, name: image.path)
                profiles[FolderInspection.words(ColourProfile(of: bytes)), default: 0] += 1
                sizesByName["\(info.width) x \(info.height)", default: 0] += 1
                kinds["\(info.format.displayName) \(info.colour.rawValue) \(info.bitDepth) bit", default: 0] += 1
            } catch {
                faults.append("\(error)")
            }
        }
        if !sizesByName.isEmpty { findings.append("sizes: " + Self.listed(sizesByName)) }
        if !kinds.isEmpty { findings.append("formats: " + Self.listed(kinds)) }
        if profiles.count > 1 {
            findings.append(
                "colour profiles, which are not applied: \(Self.listed(profiles)); \"colour\": \"sRGB\" in the image section "
                    + "applies them")
        }
        findings += faults.prefix(Self.listedFaults).map { "unreadable: \($0)" }
        if faults.count > Self.listedFaults {
            findings.append("unreadable: and \(faults.count - Self.listedFaults) more")
        }
    }

    private static func listed(_ counts: [String: Int]) -> String {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { counts.count == 1 ? $0.key : "\($0.key) (\($0.value))" }.listed(atMost: 4)
    }
}
