import ContentStore
import DatasetTestSupport
import Datasets
import Foundation
import Manifests
import ModelRegistry
import Testing

@testable import Retraining
@testable import Stages

@Suite("The roll of a night")
struct RollTests {
    let data: TinyDataSet

    init() throws { data = try TinyDataSet() }

    private func images(
        _ retrain: String = "", incoming: ClosedRange<Int>? = 20...24, fraction: Double = 0.2, base: Range<Int> = 0..<6,
        groups: String = "none"
    ) throws -> NightImages {
        for number in base { try data.writeImage(number, to: "base/\(number).png") }
        try data.write([], to: "incoming/.keep")
        for number in incoming.map(Array.init) ?? [] { try data.writeImage(number, to: "incoming/\(number).png") }
        let text = """
            {
              "name": "tiny", "dataset": { "layout": "folder", "normal": "base", "heldOutFraction": \(fraction), "groups": "\(groups)" },
              "image": { "width": 32, "height": 32 }, "training": { "steps": 40, "warmupSteps": 5 },
              "retrain": { "incoming": "incoming", "settleSeconds": 0\(retrain) }
            }
            """
        try data.write(Array(text.utf8), to: "tiny.json")
        let manifest = try JobManifest.parse(bytes: Array(text.utf8), file: data.path + "/tiny.json")
        return try NightImages(manifest, now: 0) { try $0.map { try Digest.of(filePath: $0) } }
    }

    private let champion = Digest.of(text: "champion")
    private let date = CalendarDay("2026-03-31")!

    private func known(
        _ images: NightImages, _ state: Arrival.State = .admitted, date: String = "2026-03-01", learned: Int64? = nil
    ) -> [KnownArrival] {
        images.incoming.enumerated().map { number, image in
            KnownArrival(
                number: Int64(number), arrival: Arrival(source: images.source(image), file: image.file, state: state),
                night: date, date: date, learned: learned)
        }
    }

    private func roll(
        _ images: NightImages, _ known: [KnownArrival] = [], championNight: Int64? = nil, last: Roll? = nil,
        arrivals: [Arrival] = []
    ) -> Roll {
        Roll(
            images,
            Roll.Knowledge(known: known, champion: champion, championNight: championNight, last: last),
            arrivals: arrivals, date: date)
    }

    @Test("is the base set, all of it new, without a model in production")
    func first() throws {
        let images = try images()
        let arrivals = images.newBase([])
        #expect(arrivals.count == 6 && arrivals.allSatisfy { $0.state == .base })
        let roll = Roll(
            images, Roll.Knowledge(known: known(images), champion: nil, championNight: nil, last: nil),
            arrivals: arrivals, date: date)
        #expect(roll.members.count == 6 && roll.newCount == 6 && roll.start == .scratch)
        #expect(roll.members.count { $0.isHeldOut } == 1)
        #expect(roll.hasNews(since: nil) && !roll.hasNews(since: roll))
    }

    @Test(
        "counts images as new if the model in production was not trained on them; a manual one knows the base set"
    )
    func new() throws {
        let images = try images()
        #expect(roll(images).members.count == 6 && roll(images).newCount == 0)
        #expect(!roll(images).hasNews(since: nil))
        let with = roll(images, known(images))
        #expect(with.members.count == 11 && with.newCount == 5)
        // For a model of night 3, images learned that night or earlier are not new. Images that a later model learned
        // are new, because that model was rolled back.
        for (learned, count) in [(2, 6), (3, 6), (4, 11)] as [(Int64, Int)] {
            #expect(roll(images, known(images, learned: learned), championNight: 3).newCount == count)
        }
        #expect(with.members.map(\.source) == with.members.map(\.source).sorted())
    }

    @Test("omits quarantined, copied, unusable and removed images")
    func leftOut() throws {
        let images = try images()
        for state in [Arrival.State.quarantined, .nearDuplicate, .unusable] {
            #expect(roll(images, known(images, state)).members.count == 6)
        }
        let all = known(images)
        try data.remove("incoming/20.png")
        #expect(roll(try self.images(incoming: nil), all).members.count == 10)
    }

    @Test("starts from scratch if the model in production holds parts of an image that is not trained on")
    func missing() throws {
        let images = try images()
        let known = known(images, learned: 1)
        func roll(_ images: NightImages, holds held: some Sequence<Digest>, last: Roll? = nil) -> Roll {
            Roll(
                images,
                Roll.Knowledge(known: known, champion: champion, championNight: 1, last: last, held: Set(held)),
                arrivals: [], date: date)
        }
        let all = roll(images, holds: [])
        let trained = all.members.filter { !$0.isHeldOut }.map(\.source)
        #expect(all.start == .warm && roll(images, holds: trained).start == .warm)
        #expect(roll(images, holds: trained).missing == 0)
        // A held-out image is still there, so it is no reason for a night.
        let judged = roll(images, holds: all.members.map(\.source))
        #expect(
            judged.start == .scratch && judged.missing == all.members.count - trained.count && judged.withdrawn == 0)
        // So is one that has left the window.
        let window = roll(try self.images(#", "window": { "kind": "days", "days": 1 }"#), holds: trained)
        let arrived = all.members.filter { !$0.isHeldOut && $0.file.hasPrefix("incoming/") }
        #expect(window.start == .scratch && window.missing == arrived.count && window.withdrawn == 0)
        #expect(!window.hasNews(since: all))
        try data.remove(try #require(arrived.first).file)
        let removed = roll(try self.images(incoming: nil), holds: trained, last: all)
        #expect(removed.start == .scratch && removed.missing == 1 && removed.withdrawn == 1)
        #expect(removed.hasNews(since: nil) && removed.hasNews(since: all))
        #expect(!removed.hasNews(since: removed), "training without the image would give the same model again")
    }

    @Test("keeps a base image that was moved to the incoming folder")
    func moved() throws {
        let before = try images(incoming: nil)
        let known = before.newBase([]).enumerated().map {
            KnownArrival(number: Int64($0.offset), arrival: $0.element, night: "", date: "2026-03-01", learned: 1)
        }
        try FileManager.default.moveItem(atPath: data.path + "/base/0.png", toPath: data.path + "/incoming/0.png")
        let after = try self.images(incoming: nil, base: 1..<6)
        #expect(after.newIncoming(known) == [])
        #expect(roll(after, known, championNight: 1).members.count == 6)
    }

    @Test("counts a renamed unusable file as new, and one copy of each content")
    func unseen() throws {
        let images = try images()
        var known = known(images)
        #expect(images.newIncoming(known) == [])
        let wrong = Arrival(source: known[0].arrival.source, file: "incoming/20.jpg", state: .unusable)
        known[0] = KnownArrival(number: 0, arrival: wrong, night: "", date: "")
        #expect(images.newIncoming(known).map(\.file) == ["incoming/20.png"])
        try data.writeImage(20, to: "incoming/copy.png")
        try data.writeImage(0, to: "incoming/base.png")
        let more = try self.images()
        #expect(more.newIncoming([]).count == 5 && more.copyCount == 2 && roll(more).copies == 2)
    }

    @Test("trains from scratch if forced, even without new images")
    func forced() throws {
        let images = try images(incoming: nil)
        let knowledge = Roll.Knowledge(known: [], champion: champion, championNight: nil, last: nil)
        let roll = Roll(images, knowledge, arrivals: [], date: date, isForced: true)
        #expect(roll.start == .scratch && roll.newCount == 0 && roll.hasNews(since: roll))
        #expect(roll.parts(replay: 0.7).training.count == 5)
    }

    @Test("defers a file that was just written")
    func settling() throws {
        let images = try images()
        let now = Int64(Date().timeIntervalSince1970 * 1e9)
        let text = try String(contentsOfFile: data.path + "/tiny.json", encoding: .utf8)
            .replacing(#""settleSeconds": 0"#, with: #""settleSeconds": 600"#)
        let patient = try JobManifest.parse(bytes: Array(text.utf8), file: data.path + "/tiny.json")
        func files(_ now: Int64) throws -> (Int, Int) {
            let found = try NightImages(patient, now: now) { try $0.map { try Digest.of(filePath: $0) } }
            return (found.incoming.count, found.incomingFiles.unsettled.count)
        }
        #expect(try files(now) == (0, images.incoming.count))
        #expect(try files(now + 700_000_000_000) == (images.incoming.count, 0))
    }

    @Test("keeps images of a window of days since arrival or acceptance")
    func days() throws {
        let images = try images(#", "window": { "kind": "days", "days": 10 }"#)
        #expect(roll(images, known(images, date: "2026-03-21")).members.count == 11)
        let old = known(images, .quarantined, date: "2026-03-20")
        #expect(roll(images, known(images, date: "2026-03-20")).members.count == 6)
        let accepted = old.map {
            KnownArrival(
                number: $0.number, arrival: $0.arrival, night: $0.night, date: $0.date,
                decision: Arrival.Decision(
                    // 2026-03-30.
                    isAccepted: true, decidedBy: "", reason: "", decidedAt: 1_774_872_000_000_000_000))
        }
        #expect(roll(images, accepted).members.count == 11)
    }

    @Test("keeps an order-independent reservoir of earlier images besides the night's own")
    func reservoir() throws {
        let images = try images(#", "window": { "kind": "reservoir", "size": 12 }"#, incoming: 20...59)
        let all = known(images)
        let roll = roll(images, all)
        #expect(roll.members.count == 18)
        #expect(self.roll(images, all.reversed()) == roll)
        #expect(roll.members.count { $0.isHeldOut } < 10)
        let own = all[30...].map(\.arrival)
        #expect(
            Set(self.roll(images, Array(all[..<30]), arrivals: own).newForTraining).isSuperset(
                of: own.map(\.source).filter { !HeldOut.contains($0, fraction: 0.2) }))
    }

    @Test("keeps held-out decisions when the base set or its fraction changes")
    func sticky() throws {
        let before = roll(try images())
        for number in 30..<60 { try data.writeImage(number, to: "base/\(number).png") }
        let after = roll(try images(fraction: 0.5, base: 0..<0), last: before)
        let former = Dictionary(uniqueKeysWithValues: before.members.map { ($0.source, $0.isHeldOut) })
        #expect(after.members.count == 36)
        for member in after.members { #expect(former[member.source] ?? member.isHeldOut == member.isHeldOut) }
    }

    @Test("holds the arrivals of a group out together")
    func groups() throws {
        for number in 0..<40 { try data.writeImage(20 + number, to: "incoming/roll\(number / 4)_\(number % 4).png") }
        let images = try images(incoming: nil, fraction: 0.4, groups: "names")
        let members = roll(images, known(images)).members.filter { $0.file.contains("roll") }
        let rolls = Dictionary(grouping: members) { $0.file.split(separator: "_")[0] }
        #expect(
            rolls.mapValues(\.count) == Dictionary(uniqueKeysWithValues: (0..<10).map { ("incoming/roll\($0)", 4) }))
        #expect(rolls.values.allSatisfy { Set($0.map(\.isHeldOut)).count == 1 })
        #expect(Set(members.map(\.isHeldOut)).count == 2)
    }

    @Test("decides on later images of a roll as on the roll, in the base folder and among arrivals")
    func laterImages() throws {
        for number in 0..<24 { try data.writeImage(20 + number, to: "base/roll\(number / 2)_\(number % 2).png") }
        let before = roll(try images(incoming: nil, base: 0..<0, groups: "names"))
        let isHeldOut = Dictionary(
            before.members.map { ($0.file.dropFirst("train/".count).prefix { $0 != "_" }, $0.isHeldOut) }
        ) { first, second in
            #expect(first == second)
            return first
        }
        #expect(isHeldOut.count == 12 && Set(isHeldOut.values).count == 2)
        for number in 0..<12 {
            try data.writeImage(44 + number, to: "base/roll\(number)_8.png")
            try data.writeImage(56 + number % 8, to: "incoming/roll\(number)_9.png")
        }
        let now = try images(incoming: nil, base: 0..<0, groups: "names")
        let after = roll(now, known(now), last: before)
        #expect(after.members.count > before.members.count + 12)
        for member in after.members {
            let name = (member.file as NSString).lastPathComponent.prefix { $0 != "_" }
            #expect(isHeldOut[name] == member.isHeldOut, "\(member.file)")
        }
    }

    @Test("holds arrivals of a flat folder out one by one, though groups are folders")
    func flatFolder() throws {
        let images = try images(incoming: 20...59, fraction: 0.5, groups: "folders")
        #expect(Set(roll(images, known(images)).members.map(\.isHeldOut)).count == 2)
    }

    @Test("holds an image out by its content only")
    func heldOut() throws {
        let images = try images(incoming: 20...59)
        let all = known(images)
        let heldOut = { (roll: Roll) in Set(roll.members.filter(\.isHeldOut).map(\.source)) }
        let (part, whole) = (roll(images, Array(all[..<20])), roll(images, all))
        #expect(heldOut(part).isSubset(of: heldOut(whole)))
        #expect(heldOut(whole).count > 2 && heldOut(whole).count < 20)
        let parts = whole.parts(replay: 0.5)
        #expect(Set(parts.heldOut) == heldOut(whole))
        #expect(Set(parts.normals).isDisjoint(with: parts.heldOut))
        #expect(parts.normals.count + parts.heldOut.count == 46)
        #expect(Set(parts.judged) == Set(parts.heldOut))
    }

    @Test("of version 1 is readable, and a later version is refused with a message")
    func formats() throws {
        let source = Digest.of(text: "a").hex
        let text = """
            {"version":1,"champion":"\(source)","start":"warm","copies":0,"isForced":false,"members":[{"source":"\(source)","file":"incoming/a.png",\
            "isNew":true,"isHeldOut":false}]}
            """
        let first = try Roll(bytes: Array(text.utf8))
        #expect(first.newCount == 1 && first.backbone == nil && first.missing == nil)
        let later = text.replacing(#""version":1"#, with: #""version":3"#)
        let error = #expect(throws: NightRecordError.self) { try Roll(bytes: Array(later.utf8)) }
        #expect("\(error!)".contains("version 3"))
        let verdict = """
            {"version":1,"isPromoted":true,"criteria":[{"name":"criterion","champion":0.5,"challenger":0.6,\
            "rule":"falls","isWorse":false}]}
            """
        #expect(try Verdict(bytes: Array(verdict.utf8)).reason == "not worse in any of 1 criteria")
        #expect(throws: NightRecordError.self) {
            try Verdict(bytes: Array(verdict.replacing(#""version":1"#, with: #""version":9"#).utf8))
        }
    }

    @Test("samples old images by the replay fraction, deterministically", arguments: [0, 0.25, 0.5, 0.75])
    func replay(_ share: Double) throws {
        let images = try images(incoming: 20...59)
        let all = known(images)
        let learned = all.prefix(32).map {
            KnownArrival(number: $0.number, arrival: $0.arrival, night: "", date: $0.date, learned: 1)
        }
        let roll = roll(images, learned + all[32...], championNight: nil)
        let parts = roll.parts(replay: share)
        let old = parts.training.count - parts.newCount
        #expect(parts.newCount == roll.members.count { $0.isNew && !$0.isHeldOut })
        let wanted = Double(parts.newCount) * share / (1 - share)
        #expect(Double(old) == wanted.rounded(.up))
        #expect(roll.parts(replay: share) == parts)
        #expect(Set(parts.training).isSubset(of: parts.normals))
        #expect(try Roll(bytes: roll.bytes) == roll)
    }

    @Test(
        "Days follow the calendar, and can be added",
        arguments: [
            ("2026-03-01", -1, "2026-02-28"), ("2024-03-01", -1, "2024-02-29"), ("2026-12-31", 1, "2027-01-01"),
            ("2000-02-28", 366, "2001-02-28"), ("1970-01-01", 0, "1970-01-01"), ("1969-12-31", 1, "1970-01-01"),
            ("2100-02-28", 1, "2100-03-01"),
        ])
    func calendar(_ day: String, _ days: Int, _ expected: String) {
        #expect(CalendarDay(day)?.advanced(by: days).text == expected)
    }

    @Test(
        "Invalid dates are refused",
        arguments: [
            "", "2026-2-03", "2026-02-30", "2026-13-01", "26-01-01", "2026-01-01T00", "today", "2026-00-10",
            "-026-01-01",
        ])
    func noDay(_ text: String) { #expect(CalendarDay(text) == nil) }
}
