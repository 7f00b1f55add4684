import Testing

@testable import AnomalyDetection

@Suite("The schedule of samples")
struct SampleScheduleTests {
    @Test("takes every image once per epoch, each epoch in an order of its own", arguments: [1, 2, 7, 100])
    func epochs(_ imageCount: Int) {
        let images = SampleSchedule(imageCount: imageCount, seed: 4).images(0..<10 * imageCount)
        let epochs = (0..<10).map { Array(images[$0 * imageCount..<($0 + 1) * imageCount]) }
        for epoch in epochs { #expect(epoch.sorted() == Array(0..<imageCount)) }
        if imageCount >= 7 { #expect(Set(epochs).count == 10) }
    }

    @Test("does not depend on where it is cut")
    func cuts() {
        let schedule = SampleSchedule(imageCount: 7, seed: 9)
        let whole = schedule.images(0..<100)
        for cut in 0...100 { #expect(schedule.images(0..<cut) + schedule.images(cut..<100) == whole) }
        #expect((0..<100).map { schedule.images($0..<$0 + 1) } == whole.map { [$0] })
    }

    @Test("is another one for another seed, and the same for the same")
    func seeds() {
        let first = SampleSchedule(imageCount: 50, seed: 1).images(0..<50)
        #expect(first == SampleSchedule(imageCount: 50, seed: 1).images(0..<50))
        #expect(first != SampleSchedule(imageCount: 50, seed: 2).images(0..<50))
    }
}
