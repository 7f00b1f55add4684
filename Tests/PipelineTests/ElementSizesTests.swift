import Testing

@testable import Pipeline

@Suite("Element sizes")
struct ElementSizesTests {
    private let sizes = ElementSizes(elementSeconds: 60)

    @Test(
        "Tasks are combined to the target duration, with smaller elements for idle processors",
        arguments: [
            (tasks: 0, seconds: 1.0, idle: 4, elements: 0), (1, 0.1, 4, 1), (600, 1, 0, 10), (600, 1, 100, 100),
            (600, 1, 1000, 120), (10, 300, 0, 10), (10, 300, 100, 10), (5000, 0.001, 0, 5), (60, 1, 0, 1),
            (61, 1, 0, 2),
        ])
    func measured(tasks: Int, seconds: Double, idle: Int, elements: Int) {
        #expect(sizes.elements(for: tasks, seconds: seconds, idleCores: idle) == elements)
    }

    @Test("Elements are small while the task duration is unknown")
    func unmeasured() {
        #expect(sizes.elements(for: 20, seconds: nil, idleCores: nil) == 3)
        #expect(sizes.elements(for: 3, seconds: nil, idleCores: nil) == 1)
    }

    @Test("Elements of an array cover all tasks and differ by at most one in size")
    func ranges() {
        for (count, elements) in [(10, 3), (7, 7), (1000, 17), (5, 1)] {
            let ranges = ElementSizes.ranges(of: count, in: elements)
            #expect(ranges.flatMap { Array($0) } == Array(0..<count))
            let lengths = ranges.map(\.count)
            #expect((lengths.max() ?? 0) - (lengths.min() ?? 0) <= 1)
        }
    }
}
