import AnomalyDetection
import ContentStore
import Datasets
import Folders
import Host
import Imaging
import Wording

/// The findings about a folder of images: damaged files, copies, leaks between training and test images, and outliers.
///
/// The result depends on the files only, not on the number of threads.
package struct FolderInspection: Sendable {
    /// A finding about some images, which are given by their numbers.
    package struct Finding: Sendable, Equatable {
        package enum Kind: String, Sendable, CaseIterable {
            case damaged, leak, equal, nearlyEqual
            case brightness, contrast, sharpness, warmth, saturation
            case odd
            case mixed
        }

        package let kind: Kind
        package let images: [Int]
        /// A sentence without the names of the images.
        package let words: String
    }

    /// Sorted by name, without masks.
    package let images: [InspectedImage]
    /// Sorted by kind; outliers of a kind from the largest deviation on.
    package private(set) var findings: [Finding] = []
    /// The oddness of each image as a number of robust standard deviations from the median of its group; nil for
    /// defects, and in groups of few images.
    package private(set) var oddness: [Double?]
    package let maskCount: Int
    /// Names of files without an image extension.
    package let ignoredFiles: [String]
    /// Warnings about links and folders of results that were skipped.
    package let notes: [String]

    /// Images whose perceptual hashes differ in at most this many of 256 bits are nearly equal.
    package static let nearDistance = 6
    /// Groups with fewer images have no outliers.
    private static let leastGroup = 8
    /// The number of robust standard deviations that makes an outlier.
    private static let outlierDeviations = 6.0, oddDeviations = 3.5

    /// - Parameter proceeds: called with the numbers of inspected images and of all images; returns false to stop.
    /// - Throws: `DatasetError`, `StoreError.interrupted`.
    package init(
        _ folder: String, followsLinks: Bool = false, threads: Int, proceeds: @escaping @Sendable (Int, Int) -> Bool
    ) throws {
        let found = try DatasetScan.textures(
            below: NamedFolder(folder, followsLinks: followsLinks), leavesOutLinks: true)
        let sources = found.images.filter { !Self.isMask($0.file) }
        guard !sources.isEmpty else { throw DatasetError.noImages(folder: folder) }
        (maskCount, ignoredFiles) = (found.images.count - sources.count, found.ignoredFiles)
        notes = found.resultNotes + found.refusedLinks.map { "skipped: \($0)" }
        let read = Monitor([InspectedImage?](repeating: nil, count: sources.count))
        let done = Monitor(0)
        try ThreadTeam.forEach(count: sources.count, threads: threads, named: "inspect") { index in
            let image = InspectedImage(sources[index])
            read.inspect { $0[index] = image }
            let count = done.inspect { done -> Int in
                done += 1
                return done
            }
            guard proceeds(count, sources.count) else { throw StoreError.interrupted("inspection") }
        }
        images = read.inspect { $0.compactMap(\.self) }
        oddness = images.map { _ in nil }
        findDamage()
        findCopies()
        findMixtures()
        let groups = Dictionary(grouping: images.indices.filter { images[$0].info != nil }) { images[$0].place.group }
        for (name, members) in groups.sorted(by: { $0.key < $1.key }) {
            let usual = members.filter { !images[$0].place.isDefective }
            guard usual.count >= Self.leastGroup else { continue }
            findOutliers(usual, in: name)
            findOdd(usual, threads: threads)
        }
        let order = Dictionary(uniqueKeysWithValues: Finding.Kind.allCases.enumerated().map { ($1, $0) })
        findings = findings.enumerated().sorted {
            (order[$0.element.kind]!, $0.offset) < (order[$1.element.kind]!, $1.offset)
        }.map(\.element)
    }

    private static func isMask(_ file: String) -> Bool {
        file.split(separator: "/").dropLast().contains { FolderRole(String($0)).contains(.masks) }
            || SourceImage.stem(of: file).lowercased().hasSuffix("_mask")
    }

    private mutating func findDamage() {
        for (index, image) in images.enumerated() {
            guard let fault = image.fault else { continue }
            findings.append(Finding(kind: .damaged, images: [index], words: fault))
        }
    }

    /// Sets of equal and nearly equal pictures. A set with training and test images is a leak.
    private mutating func findCopies() {
        let decoded = images.indices.filter { images[$0].pixels != nil }
        let equal = Dictionary(grouping: decoded) { images[$0].pixels! }.values.filter { $0.count > 1 }
            .sorted { $0[0] < $1[0] }
        for set in equal { add(set, .equal, "equal") }
        let copies = Set(equal.flatMap { $0.dropFirst() })
        let distinct = decoded.filter { !copies.contains($0) }
        var first = Array(images.indices)  // the first image that is nearly equal
        for (place, index) in distinct.enumerated() {
            for earlier in distinct[..<place]
            where images[earlier].hash!.distance(to: images[index].hash!) <= Self.nearDistance {
                first[index] = first[earlier]
                break
            }
        }
        let near = Dictionary(grouping: distinct) { first[$0] }.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
        for set in near { add(set, .nearlyEqual, "nearly equal") }
    }

    private mutating func add(_ set: [Int], _ kind: Finding.Kind, _ word: String) {
        let pairs = set.count * (set.count - 1) / 2
        let count = "\(set.count) \(word) images" + (pairs > 1 ? " (\(pairs) pairs)" : "")
        findings.append(Finding(kind: kind, images: set, words: count))
        if set.contains(where: { images[$0].place.isTraining }), set.contains(where: { images[$0].place.isTest }) {
            findings.append(
                Finding(kind: .leak, images: set, words: "\(word) images are both for training and for test"))
        }
    }

    /// Kinds of files within a group: a camera with other settings shows in them.
    private mutating func findMixtures() {
        let decoded = images.indices.filter { images[$0].info != nil }
        for (group, members) in Dictionary(grouping: decoded, by: { images[$0].place.group }).sorted(by: {
            $0.key < $1.key
        }) {
            func compare(_ what: String, _ property: (InspectedImage) -> String) {
                let kinds = Dictionary(grouping: members) { property(images[$0]) }
                guard kinds.count > 1 else { return }
                let sorted = kinds.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
                let shown = sorted.map { "\($0.key) (\($0.value.count))" }.listed(atMost: 5)
                let words = "\(Self.prefix(group))\(sorted.count) \(what): \(shown)"
                findings.append(Finding(kind: .mixed, images: sorted.prefix(5).map { $0.value[0] }, words: words))
            }
            compare("sizes") { "\($0.info!.width) x \($0.info!.height)" }
            compare("formats") { "\($0.info!.format.displayName) \($0.info!.colour.rawValue) \($0.info!.bitDepth) bit" }
            compare("colour profiles") { Self.words($0.profile) }
            let highest = members.compactMap { images[$0].highestSample }.max()
            if let highest, let range = SampleRange(highestSample: highest) {
                findings.append(
                    Finding(
                        kind: .mixed, images: [],
                        words:
                            "\(Self.prefix(group))no sample of the 16 bit images exceeds \(highest): set \"depth\": \(range.bits!) in "
                            + "the image section of the manifest"))
            }
        }
    }

    /// The name and digest of a profile, or "none".
    static func words(_ profile: ColourProfile?) -> String {
        profile.map { ($0.name ?? "without a name") + " " + Digest.of($0.bytes).short } ?? "none"
    }

    private mutating func findOutliers(_ members: [Int], in group: String) {
        // The smallest deviations that are worth a look, in the units of the property.
        let properties: [(Finding.Kind, KeyPath<ImageAppearance, Double>, least: Double)] = [
            (.brightness, \.brightness, 0.01), (.contrast, \.contrast, 0.01), (.sharpness, \.sharpness, 0.01),
            (.warmth, \.warmth, 0.01), (.saturation, \.saturation, 0.01),
        ]
        let measured = members.filter { images[$0].appearance != nil }
        guard measured.count >= Self.leastGroup else { return }
        for (kind, property, least) in properties {
            let values = measured.map { images[$0].appearance![keyPath: property] }
            let spread = RobustSpread(values, least: least)
            let outliers = zip(measured, values).map { ($0, $1, spread.deviations($1)) }
                .filter { abs($0.2) > Self.outlierDeviations }.sorted { abs($1.2) < abs($0.2) }
            // Products of several colours are not outliers.
            if outliers.count > max(2, measured.count / 10) {
                findings.append(
                    Finding(
                        kind: kind, images: outliers.map(\.0),
                        words:
                            "\(Self.prefix(group))\(outliers.count) of \(measured.count) images differ in \(kind.rawValue) from the median, "
                            + "\(Self.rounded(spread.median)): there may be several kinds of parts or of lighting"))
                continue
            }
            for (index, value, deviations) in outliers {
                let words =
                    "\(kind.rawValue) \(Self.rounded(value)), the median of \(measured.count) images is "
                    + "\(Self.rounded(spread.median)): \(Self.rounded(abs(deviations), 10)) deviations "
                    + (deviations > 0 ? "above" : "below")
                findings.append(Finding(kind: kind, images: [index], words: words))
            }
        }
    }

    private mutating func findOdd(_ members: [Int], threads: Int) {
        let described = members.filter { images[$0].descriptor != nil }
        guard described.count >= Self.leastGroup else { return }
        let neighbours = PlaceNeighbours(described.map { images[$0].descriptor! })
        let twins = Dictionary(grouping: described.indices) { images[described[$0]].pixels! }
        let keys = described.map { images[$0].pixels! }
        let scores = Monitor([Float](repeating: 0, count: described.count))
        try? ThreadTeam.forEach(count: described.count, threads: threads, named: "inspect") { place in
            let score = neighbours.oddness(of: place, without: Set(twins[keys[place]]!))
            scores.inspect { $0[place] = score }
        }
        let values = scores.inspect { $0.map { Double($0) } }
        let spread = RobustSpread(values, least: 1e-6)
        for (place, index) in described.enumerated() { oddness[index] = spread.deviations(values[place]) }
        let odd = described.filter { oddness[$0]! > Self.oddDeviations }.sorted { oddness[$1]! < oddness[$0]! }
        for index in odd {
            findings.append(
                Finding(
                    kind: .odd, images: [index],
                    words:
                        "differs from the other images: \(Self.rounded(oddness[index]!, 10)) deviations above the median"
                ))
        }
    }

    /// The start of a finding that names its group; empty for a folder without groups.
    private static func prefix(_ group: String) -> String { group.isEmpty ? "" : "\(group): " }

    private static func rounded(_ value: Double, _ factor: Double = 1000) -> String {
        "\((value * factor).rounded() / factor)"
    }
}

/// Median and spread of some values. The spread is 1.4826 times the median deviation, the standard deviation of a
/// normal distribution, which a few outliers do not change.
struct RobustSpread {
    let median, spread: Double

    /// - Parameter least: the smallest spread.
    init(_ values: [Double], least: Double) {
        func middle(_ values: [Double]) -> Double {
            let sorted = values.sorted()
            return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
        }
        let median = middle(values)
        self.median = median
        spread = max(1.4826 * middle(values.map { abs($0 - median) }), least)
    }

    func deviations(_ value: Double) -> Double { (value - median) / spread }
}
