import ContentStore
import Manifests
import Testing

@testable import Datasets

@Suite("Groups of images that are held out together")
struct ImageGroupsTests {
    @Test(
        "A name up to its last number is a group if another number is before it",
        arguments: [
            ("train/good/0001_000_01_02.png", "train/good/0001_000_01_"), ("a/PA_01_4.png", "a/PA_01_"),
            ("part12-left3b.jpg", "part12-left"), ("2026-11-30_17.5.png", "2026-11-30_17."),
            ("good/000.png", nil), ("normal-12.jpg", nil), ("plain.png", nil), ("roll7.png", nil),
            ("7/roll.png", nil), ("roll٧_3.png", nil), ("12/", nil), ("", nil), ("a1.png", nil),
        ] as [(String, String?)])
    func names(_ file: String, _ group: String?) {
        #expect(DatasetSection.Groups.names.name(of: file) == group)
    }

    @Test("Views of one part are a group in each mode, and folders are groups if asked for")
    func modes() {
        for groups in DatasetSection.Groups.allCases {
            #expect(groups.name(of: "a/1_2.png", sample: "part") == "part")
        }
        #expect(DatasetSection.Groups.folders.name(of: "good/monday/1.png") == "good/monday/")
        #expect(DatasetSection.Groups.folders.name(of: "1.png") == nil)
        #expect(DatasetSection.Groups.none.name(of: "good/1_2.png") == nil)
    }

    private static func digests(_ count: Int, _ kind: String) -> [Digest] {
        (0..<count).map { Digest.of(text: "\(kind) \($0)") }
    }

    @Test("Without groups, images with the smallest digests are held out: at least one, and not all")
    func alone() {
        for count in [2, 3, 10, 195] {
            let images = Self.digests(count, "image")
            for fraction in [0.02, 0.1, 0.25, 0.5] {
                let chosen = HeldOut.chosen(images, groups: images, fraction: fraction)
                let wanted = min(max(1, Int((Float(count) * Float(fraction)).rounded())), count - 1)
                #expect(chosen == Set(images.indices.sorted { images[$0] < images[$1] }.prefix(wanted)))
            }
        }
        #expect(HeldOut.chosen(Self.digests(1, "image"), groups: Self.digests(1, "image"), fraction: 0.5).isEmpty)
    }

    @Test(
        "A group is never divided, half of the images are left for training, and there are as many as asked for if groups allow"
    )
    func whole() {
        for (count, size) in [(4, 2), (12, 3), (40, 7), (195, 13), (9, 8), (30, 15)] {
            let images = Self.digests(count, "image")
            let names = Self.digests((count + size - 1) / size, "group")
            let groups = images.indices.map { names[$0 / size] }
            for fraction in [0.02, 0.1, 0.25, 0.5] {
                let chosen = HeldOut.chosen(images, groups: groups, fraction: fraction)
                let heldOut = Set(chosen.map { groups[$0] })
                #expect(chosen == Set(images.indices.filter { heldOut.contains(groups[$0]) }))
                let wanted = Int((Float(count) * Float(fraction)).rounded())
                #expect(chosen.count <= max(wanted, count / 2) && !chosen.isEmpty)
                #expect(heldOut.count >= (names.count >= 4 ? 2 : 1))
                #expect(chosen.count > wanted - size)
            }
        }
    }

    @Test("A group of most images stays in training, and of two large groups the smaller one is held out")
    func unequal() {
        let images = Self.digests(100, "image")
        for seed in 0..<20 {
            let names = Self.digests(4, "group \(seed)")
            let chosen = HeldOut.chosen(images, groups: images.indices.map { names[max(0, $0 - 96)] }, fraction: 0.1)
            #expect(chosen.isSubset(of: [97, 98, 99]) && chosen.count >= 2)
        }
        let halves = images.indices.map { $0 < 51 ? images[0] : images[1] }
        #expect(HeldOut.chosen(images, groups: halves, fraction: 0.1) == Set(51..<100))
        let thirds = [0, 0, 0, 1, 1].map { images[$0] }
        #expect(HeldOut.chosen(Array(images.prefix(5)), groups: thirds, fraction: 0.1) == [3, 4])
    }

    @Test("Images of a single group are held out one by one")
    func single() {
        let images = Self.digests(10, "image")
        let groups = images.map { _ in Digest.of(text: "all") }
        #expect(
            HeldOut.chosen(images, groups: groups, fraction: 0.2)
                == HeldOut.chosen(images, groups: images, fraction: 0.2))
    }

    @Test("Test images that are taken from the training images are whole groups")
    func testImages() throws {
        var category = SourceCategory(name: "roll", images: [], ignoredFiles: [])
        for roll in 1...8 {
            for cut in 1...4 {
                let file = "train/good/\(roll)_\(cut).png"
                category.images.append(
                    SourceImage(file: file, path: "/" + file, split: .train, kind: "good", isAnomalous: false))
            }
        }
        category.separateTestImages(fraction: 0.2, groups: .names)
        let rolls = { (split: SourceImage.Split) in
            Set(category.images.filter { $0.split == split }.map { $0.stem.prefix(1) })
        }
        #expect(rolls(.test).count == 2 && rolls(.train).isDisjoint(with: rolls(.test)))
    }

    @Test("The folder of all training images does not count as a group")
    func testFolders() {
        var category = SourceCategory(name: "lot", images: [], ignoredFiles: [])
        for number in 0..<100 {
            let file = "train/" + (number < 90 ? "" : "lotB/") + "\(number).png"
            category.images.append(
                SourceImage(file: file, path: "/" + file, split: .train, kind: "good", isAnomalous: false))
        }
        category.separateTestImages(fraction: 0.1, groups: .folders, prefix: "train/")
        let test = category.images.filter { $0.split == .test }.map(\.file)
        #expect((5...20).contains(test.count) && test.contains { !$0.contains("lotB") })
    }
}
