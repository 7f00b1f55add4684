import ContentStore
import Manifests
import Testing

@testable import Stages

@Suite("The roll of a night")
struct RollTests {
    let data: TinyDataSet

    init() throws { data = try TinyDataSet() }

    private func images(_ retrain: String = "", incoming: ClosedRange<Int>? = 20...24) throws -> NightImages {
        for number in 0..<6 { try data.writeImage(number, to: "base/\(number).png") }
        try data.write([], to: "incoming/.keep")
        for number in incoming.map(Array.init) ?? [] { try data.writeImage(number, to: "incoming/\(number).png") }
        let text = """
            {
              "name": "tiny", "dataset": { "layout": "folder", "normal": "base", "heldOutFraction": 0.2 },
              "image": { "width": 32, "height": 32 }, "training": { "steps": 40, "warmupSteps": 5 },
              "retrain": { "incoming": "incoming"\(retrain) }
            }
            """
        let manifest = try JobManifest.parse(bytes: Array(text.utf8), file: data.path + "/tiny.json")
        return try NightImages(manifest) { try $0.map { try Digest.of(filePath: $0) } }
    }

    private let champion = Digest.of(text: "champion")

    private func known(_ images: NightImages, _ state: Arrival.State = .admitted, date: String) -> [KnownArrival] {
        images.incoming.enumerated().map { number, image in
            KnownArrival(
                number: Int64(number), arrival: Arrival(source: images.source(image), file: image.file, state: state),
                night: date, date: date, decision: nil)
        }
    }

    private func roll(_ images: NightImages, _ known: [KnownArrival] = [], trained: Roll? = nil) -> Roll {
        Roll(images, known: known, arrivals: [], champion: champion, trained: trained, date: "2026-03-31")
    }

    @Test("without a model in production is of the base set alone, and all of it is new")
    func first() throws {
        let images = try images()
        let arrivals = images.newBase([])
        #expect(arrivals.count == 6 && arrivals.allSatisfy { $0.state == .base })
        let roll = Roll(
            images, known: known(images, date: "2026-03-01"), arrivals: arrivals, champion: nil, trained: nil,
            date: "2026-03-31")
        #expect(roll.members.count == 6 && roll.newCount == 6 && roll.start == "scratch")
        #expect(roll.members.count { $0.isHeldOut } == 1)
        #expect(roll.hasNews(since: nil) && !roll.hasNews(since: roll))
    }

    @Test("takes images that the model in production has not seen as new, also where a night with them was for nothing")
    func new() throws {
        let images = try images()
        let base = roll(images)
        #expect(base.members.count == 6 && base.newCount == 0 && !base.hasNews(since: nil))
        let with = roll(images, known(images, date: "2026-03-01"))
        #expect(with.members.count == 11 && with.newCount == 5)
        #expect(roll(images, known(images, date: "2026-03-01"), trained: with).newCount == 0)
        #expect(with.members.map(\.source) == with.members.map(\.source).sorted())
    }

    @Test("leaves out what is quarantined, a copy, unusable, or no longer there")
    func leftOut() throws {
        let images = try images()
        for state in [Arrival.State.quarantined, .nearDuplicate, .unusable] {
            #expect(roll(images, known(images, state, date: "2026-03-01")).members.count == 6)
        }
        let all = known(images, date: "2026-03-01")
        try data.remove("incoming/20.png")
        #expect(roll(try self.images(incoming: nil), all).members.count == 10)
    }

    @Test("keeps images of a window of days")
    func days() throws {
        let images = try images(#", "window": { "kind": "days", "days": 10 }"#)
        #expect(roll(images, known(images, date: "2026-03-21")).members.count == 11)
        #expect(roll(images, known(images, date: "2026-03-20")).members.count == 6)
    }

    @Test("keeps a reservoir that does not depend on the order of arrival, and is none of those held out alone")
    func reservoir() throws {
        let images = try images(#", "window": { "kind": "reservoir", "size": 12 }"#, incoming: 20...59)
        let all = known(images, date: "2026-03-01")
        let roll = roll(images, all)
        #expect(roll.members.count == 18)
        #expect(self.roll(images, all.reversed()) == roll)
        #expect(roll.members.count { $0.isHeldOut } < 10)
    }

    @Test("holds an image out by its content, whatever comes with it")
    func heldOut() throws {
        let images = try images(incoming: 20...59)
        let all = known(images, date: "2026-03-01")
        let heldOut = { (roll: Roll) in Set(roll.members.filter(\.isHeldOut).map(\.source)) }
        let (part, whole) = (roll(images, Array(all[..<20])), roll(images, all))
        #expect(heldOut(part).isSubset(of: heldOut(whole)))
        #expect(heldOut(whole).count > 2 && heldOut(whole).count < 20)
        let parts = whole.parts(replay: 0.5)
        #expect(Set(parts.heldOut) == heldOut(whole))
        #expect(Set(parts.members).isDisjoint(with: parts.heldOut))
        #expect(parts.members.count + parts.heldOut.count == 46)
    }

    @Test("mixes old images in by the share of replay, always the same ones", arguments: [0, 0.25, 0.5, 0.75])
    func replay(_ share: Double) throws {
        let images = try images(incoming: 20...59)
        let all = known(images, date: "2026-03-01")
        let trained = roll(images, Array(all[..<32]))
        let roll = roll(images, all, trained: trained)
        let parts = roll.parts(replay: share)
        let old = parts.training.count - parts.newCount
        #expect(parts.newCount == roll.members.count { $0.isNew && !$0.isHeldOut })
        let wanted = Double(parts.newCount) * share / (1 - share)
        #expect(Double(old) == wanted.rounded(.up))
        #expect(roll.parts(replay: share) == parts)
        #expect(Set(parts.training).isSubset(of: parts.members))
        #expect(try Roll(bytes: roll.bytes) == roll)
    }

    @Test(
        "A day is one of the calendar, and days can be counted",
        arguments: [
            ("2026-03-01", -1, "2026-02-28"), ("2024-03-01", -1, "2024-02-29"), ("2026-12-31", 1, "2027-01-01"),
            ("2000-02-28", 366, "2001-02-28"), ("1970-01-01", 0, "1970-01-01"), ("1969-12-31", 1, "1970-01-01"),
            ("2100-02-28", 1, "2100-03-01"),
        ])
    func calendar(_ day: String, _ days: Int, _ expected: String) {
        #expect(CalendarDay(day)?.advanced(by: days).text == expected)
    }

    @Test(
        "No day is",
        arguments: [
            "", "2026-2-03", "2026-02-30", "2026-13-01", "26-01-01", "2026-01-01T00", "today", "2026-00-10",
            "-026-01-01",
        ])
    func noDay(_ text: String) { #expect(CalendarDay(text) == nil) }
}
