import GRDB
import ModelRegistry
import PipelineTestSupport
import Testing

@testable import ContentStore

@Suite("Nights")
struct NightTests {
    let fixture: StoreFixture
    var store: ContentStore { fixture.store }

    init() throws { fixture = try StoreFixture() }

    private func blob(_ text: String) throws -> Digest { try store.put(bytes: Array(text.utf8)) }

    private func model(_ text: String) throws -> RegisteredModel {
        try store.register(model: blob(text), as: "wood").model
    }

    private func arrival(_ name: String, _ state: Arrival.State = .admitted) throws -> Arrival {
        let isHeld = state == .quarantined
        return Arrival(
            source: Digest.of(text: name), file: "incoming/\(name)", state: state, score: 0.25,
            map: isHeld ? try blob("map \(name)") : nil, overlay: isHeld ? try blob("overlay \(name)") : nil)
    }

    private func begin(
        _ date: String = "2026-03-01", champion: RegisteredModel? = nil, _ arrivals: [Arrival] = []
    ) throws -> Night {
        try store.beginNight(
            of: "wood", date: date, manifest: blob("manifest"), roll: blob("roll \(date)"), champion: champion,
            drift: nil, arrivals: arrivals)
    }

    @Test("The end of a promoting night puts its model into production")
    func promotion() throws {
        let first = try model("a")
        let night = try begin(champion: nil)
        #expect(night.state == .open && night.champion == nil && night.verdict == nil)
        let ended = try store.end(
            night, .promoted, challenger: first, verdict: blob("verdict"), by: "timer", reason: "first")
        let verdict = try blob("verdict")
        #expect(ended.state == .promoted && ended.challenger == 1 && ended.verdict == verdict)
        #expect(try store.production(of: "wood") == first)
        #expect(try store.promotions(of: "wood").map(\.decidedBy) == ["timer"])
        #expect(try store.promotions(of: "wood").map(\.reason) == ["night of 2026-03-01: first"])
        let manifest = try blob("manifest")
        #expect(ended.reason == "first" && ended.manifest == manifest)
        #expect(try store.night("2026-03-01", of: "wood") == ended)
        let error = #expect(throws: RegistryError.self) { try store.night("2026-03-02", of: "wood") }
        #expect("\(error!)".contains("the nights of wood are 2026-03-01"))
        #expect(try store.nights(of: "wood") == [ended])
        #expect(try store.nights(of: "tile") == [])
    }

    @Test("A night keeps its anchor, and an edited one is detected")
    func anchor() throws {
        let (first, second) = (try model("a"), try model("b"))
        #expect(try begin().anchor == nil)
        let open = try store.nights(of: "wood")[0]
        try store.end(open, .promoted, challenger: first, verdict: blob("verdict"), by: "timer", reason: "first")
        let night = try begin("2026-03-02", champion: first)
        #expect(night.anchor == 1)
        try store.setAnchor(second.reference, by: "ann", reason: "")
        #expect(try store.night("2026-03-02", of: "wood").anchor == 1)
        try store.end(night, .kept, challenger: second, verdict: blob("verdict"), by: "timer", reason: "worse")
        #expect(try begin("2026-03-03", champion: first).anchor == 2)
        #expect(try store.verifyHistory().faults == [])
        try store.database.write { try $0.execute(sql: "UPDATE nightAnchor SET model = 2 WHERE night = 2") }
        #expect(
            try store.verifyHistory().faults.map { "\($0)" }.contains {
                $0.hasPrefix("the anchor of the night 2 was edited")
            })
    }

    @Test("Edited arrivals are detected")
    func history() throws {
        let night = try begin(champion: nil, [arrival("a"), arrival("b", .quarantined), arrival("c", .unusable)])
        try store.end(night, .kept, challenger: nil, verdict: nil, by: "timer", reason: "worse")
        // The unusable image arrives again.
        let next = try begin("2026-03-02", champion: nil, [arrival("c")])
        try store.end(next, .kept, challenger: nil, verdict: nil, by: "timer", reason: "worse")
        store.flush()
        #expect(try store.verifyHistory().faults == [])
        try store.database.write { try $0.execute(sql: "UPDATE arrival SET state = 'admitted' WHERE id = 2") }
        #expect(
            try store.verifyHistory().faults.contains { "\($0)".hasPrefix("the image of a night 2 was edited") })
    }

    @Test("A keeping night leaves production unchanged, and cannot be ended twice")
    func keeping() throws {
        let (first, second) = (try model("a"), try model("b"))
        try store.promote(first.reference, by: "ann", reason: "")
        let night = try begin(champion: first)
        try store.end(night, .kept, challenger: second, verdict: nil, by: "timer", reason: "worse")
        #expect(try store.production(of: "wood") == first)
        #expect(throws: RegistryError.self) {
            try store.end(night, .promoted, challenger: second, verdict: nil, by: "timer", reason: "again")
        }
        #expect(try store.production(of: "wood") == first)
    }

    @Test("A challenger is not promoted over a model that it was not compared with, and the night stays open")
    func overtaken() throws {
        let (first, second, third) = (try model("a"), try model("b"), try model("c"))
        try store.promote(first.reference, by: "ann", reason: "")
        let night = try begin(champion: first)
        try store.promote(second.reference, by: "ann", reason: "by hand")
        let error = #expect(throws: RegistryError.self) {
            try store.end(night, .promoted, challenger: third, verdict: nil, by: "timer", reason: "better")
        }
        #expect("\(error!)".contains("version 2 is in production now"))
        #expect(try store.production(of: "wood") == second)
        #expect(try store.nights(of: "wood").map(\.state) == [.open])
    }

    @Test("A name has one open night, and nights of one date have distinct labels")
    func labels() throws {
        let first = try begin()
        #expect(throws: RegistryError.self) { try begin() }
        try store.end(first, .kept, challenger: nil, verdict: nil, by: "", reason: "")
        let second = try begin()
        #expect(first.label == "2026-03-01" && second.label == "2026-03-01-2" && second.date == first.date)
    }

    @Test("An arrival belongs to its first night")
    func arrivals() throws {
        let first = try begin("2026-03-01", [try arrival("a"), try arrival("b", .nearDuplicate)])
        try store.end(first, .kept, challenger: nil, verdict: nil, by: "", reason: "")
        _ = try begin("2026-03-02", [try arrival("a", .quarantined), try arrival("c", .unusable)])
        let known = try store.arrivals(of: "wood")
        #expect(known.map(\.arrival.file) == ["incoming/a", "incoming/b", "incoming/c"])
        #expect(known.map(\.arrival.state) == [.admitted, .nearDuplicate, .unusable])
        #expect(known.map(\.night) == ["2026-03-01", "2026-03-01", "2026-03-02"])
        #expect(known.map(\.isAdmitted) == [true, false, false])
        #expect(try store.arrivals(of: "tile") == [])
    }

    @Test("An unusable image that arrives again counts as new")
    func unusable() throws {
        let first = try begin("2026-03-01", [try arrival("a", .unusable)])
        try store.end(first, .kept, challenger: nil, verdict: nil, by: "", reason: "")
        let source = Digest.of(text: "a")
        _ = try begin("2026-03-02", [Arrival(source: source, file: "incoming/b", state: .admitted)])
        let known = try store.arrivals(of: "wood")
        #expect(known.map(\.arrival.file) == ["incoming/b"] && known[0].isAdmitted && known[0].night == "2026-03-02")
    }

    @Test("The first night that promotes a model trained on an image has learned it")
    func learned() throws {
        let first = try begin("2026-03-01", [try arrival("a"), try arrival("b")])
        let sources = try store.arrivals(of: "wood").map(\.arrival.source)
        try store.end(
            first, .kept, challenger: try model("x"), verdict: nil, by: "", reason: "", learned: sources)
        #expect(try store.arrivals(of: "wood").map(\.learned) == [nil, nil])
        let second = try begin("2026-03-02", [try arrival("c")])
        try store.end(
            second, .promoted, challenger: try model("y"), verdict: nil, by: "", reason: "", learned: [sources[0]])
        let third = try begin("2026-03-03", champion: try model("y"))
        try store.end(third, .promoted, challenger: try model("z"), verdict: nil, by: "", reason: "", learned: sources)
        #expect(try store.arrivals(of: "wood").map(\.learned) == [second.number, third.number, nil])
        #expect(try store.arrivals(with: second).map(\.arrival.file) == ["incoming/c"])
    }

    @Test("The last quarantine decision applies; an invalid number changes nothing")
    func decisions() throws {
        _ = try begin("2026-03-01", [try arrival("a", .quarantined), try arrival("b", .quarantined), try arrival("c")])
        let numbers = try store.arrivals(of: "wood").map(\.number)
        #expect(try store.arrivals(of: "wood").map(\.isAdmitted) == [false, false, true])
        try store.decide(Array(numbers[..<2]), of: "wood", isAccepted: true, by: "ann", reason: "new lamps")
        try store.decide([numbers[1]], of: "wood", isAccepted: false, by: "bob", reason: "a scratch")
        let known = try store.arrivals(of: "wood")
        #expect(known.map(\.isAdmitted) == [true, false, true])
        #expect(try store.waitingCount(of: "wood") == 0 && store.waitingCount(of: "tile") == 0)
        #expect(known.map(\.decision?.decidedBy) == ["ann", "bob", nil])
        // The third image is not in quarantine, so the first one gets no decision either.
        #expect(throws: RegistryError.self) {
            try store.decide([numbers[0], numbers[2]], of: "wood", isAccepted: false, by: "bob", reason: "")
        }
        #expect(try store.arrivals(of: "wood") == known)
    }

    @Test("The nights of a name have one lock holder at a time")
    func lock() throws {
        let lock = try store.lockNights(of: "wood")
        let error = #expect(throws: StoreError.self) { try store.lockNights(of: "wood") }
        #expect(error?.exitCode == 75 && "\(error!)".contains("another night of wood"))
        _ = try store.lockNights(of: "tile")
        withExtendedLifetime(lock) {}
    }

    @Test("Garbage collection keeps rolls, verdicts, and pictures that await a decision")
    func collection() throws {
        let night = try begin("2026-03-01", [try arrival("a", .quarantined), try arrival("b", .quarantined)])
        try store.end(night, .kept, challenger: nil, verdict: blob("verdict"), by: "", reason: "")
        try store.decide([try store.arrivals(of: "wood")[1].number], of: "wood", isAccepted: false, by: "", reason: "")
        let rows = try store.database.read { try $0.nightRecords() }
        let kept = try store.database.read { database in
            try Row.fetchAll(database, sql: "SELECT id, digest FROM artifact").filter { rows.contains($0[0]) }
                .map { try Digest($0, 1) }
        }
        let expected = try ["manifest", "roll 2026-03-01", "verdict", "map a", "overlay a"].map { try blob($0) }
        #expect(Set(kept) == Set(expected))
    }
}
