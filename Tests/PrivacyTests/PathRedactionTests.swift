import ContentStore
import Privacy
import Testing

@Suite("Redacted paths")
struct PathRedactionTests {
    private let relative = PathRedaction(
        .relative, base: "/home/ada/secret/jobs", named: ["/home/ada/secret/data", "/srv/with space/textures/"],
        others: ["/home/ada/store", "../secret/store"])
    private let digest = PathRedaction(
        .digest, base: "/home/ada/secret/jobs", named: ["/home/ada/secret/data", "/srv/with space/textures"],
        others: ["/home/ada/store"])

    @Test(
        "relative: paths start at the manifest's or the data's folder, others keep the last name",
        arguments: [
            ("/home/ada/secret/jobs/a.json", "a.json"), ("/home/ada/secret/jobs", "."),
            ("/home/ada/secret/data", "data"), ("/home/ada/secret/data/wood/a.png", "data/wood/a.png"),
            ("/home/ada/secret/data-2/a.png", ".../a.png"), ("/srv/with space/textures/x/y.png", "textures/x/y.png"),
            ("/home/ada/secret/data/../other/a.png", ".../a.png"), ("/", "/"),
        ])
    func relativePaths(path: String, kept: String) { #expect(relative.path(path) == kept) }

    @Test("digest: folders become digests, names in the data stay, equal paths stay equal")
    func digestPaths() {
        let data = "path-" + Digest.of(text: "/home/ada/secret/data").short
        #expect(digest.path("/home/ada/secret/data") == data)
        #expect(digest.path("/home/ada/secret/data/wood/a.png") == data + "/wood/a.png")
        let manifest = digest.path("/home/ada/secret/jobs/a.json")
        #expect(manifest == "path-" + Digest.of(text: "/home/ada/secret/jobs/a.json").short)
        #expect(manifest == digest.path("/home/ada/secret/data/../jobs/./a.json"))
    }

    @Test(
        "Paths in texts are found next to any punctuation, other text stays",
        arguments: [
            ("Cannot open /home/ada/store/x: no space; free some", "Cannot open .../x: no space; free some"),
            ("(\"/home/ada/secret/data/a b.png\")", "(\"data/a b.png\")"),
            ("/srv/with space/textures/y.png is damaged.", "textures/y.png is damaged."),
            ("/etc/passwd, '/root/.ssh/id'", ".../passwd, '.../id'"),
            ("../secret/store/attempts/1/out.", ".../out."), ("mask=/mnt/ada/m.png", "mask=.../m.png"),
            (
                "24 x 16 / 3, 5 MiB/s, and/or, https://example.org/a, //",
                "24 x 16 / 3, 5 MiB/s, and/or, https://example.org/a, //"
            ),
            ("train/good/000.png", "train/good/000.png"), ("", ""), ("/", "/"),
        ])
    func texts(text: String, kept: String) { #expect(relative.text(text) == kept) }

    @Test("A command line keeps its options and loses its folders")
    func commands() {
        let arguments = [
            "/opt/ada/bin/nominal", "run", "/home/ada/secret/jobs/a.json", "--output=/home/ada/out", "--store",
            "../secret/store", "-j2", "--threads", "4",
        ]
        #expect(
            relative.command(arguments)
                == "nominal run a.json --output=.../out --store .../store -j2 --threads 4")
        let hidden = digest.command(arguments)
        #expect(hidden.hasPrefix("nominal run path-") && hidden.hasSuffix(" -j2 --threads 4"))
        #expect(!["ada", "secret", "a.json", "out="].contains { hidden.contains($0) })
    }

    @Test("Relative paths of a manifest stay, absolute ones are hidden and recognised as such")
    func written() {
        #expect(relative.written("../data") == "../data")
        #expect(relative.written("/home/ada/secret/data") == ".../data")
        #expect(relative.written("/home/ada/secret/jobs/here") == "here")
        #expect(digest.written("../data") == digest.path("/home/ada/secret/data"))
        #expect(["/a/b", "/home/ada/secret/data"].map(relative.written).allSatisfy(PathRedaction.isHidden))
        #expect(["../data", "/home"].map(digest.written).allSatisfy(PathRedaction.isHidden))
        #expect(!["../data", "data", "path-1", "/abs"].contains(where: PathRedaction.isHidden))
    }
}
