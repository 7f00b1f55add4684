import Imaging

/// A mask of 0 and 1 with the morphological operations (Serra 1982) that clean a segmentation. Structuring elements are
/// squares; pixels outside the image are ignored.
struct BinaryMask {
    let width: Int
    let height: Int
    /// height x width values, rows first.
    var values: [UInt8]

    var area: Int { values.reduce(0) { $0 + Int($1) } }

    /// Removes structures narrower than 2 x radius + 1 pixels.
    mutating func open(radius: Int) {
        spread(0, radius: radius)
        spread(1, radius: radius)
    }

    /// Closes gaps narrower than 2 x radius + 1 pixels.
    mutating func close(radius: Int) {
        spread(1, radius: radius)
        spread(0, radius: radius)
    }

    /// Sets the pixels within a distance of the mask.
    mutating func dilate(radius: Int) { spread(1, radius: radius) }

    /// Sets every zero that is not connected to the edge through zeros.
    mutating func fillHoles() {
        for component in components(of: 0) {
            let reachesEdge = component.contains { index in
                let x = index % width, y = index / width
                return x == 0 || y == 0 || x == width - 1 || y == height - 1
            }
            if !reachesEdge { for index in component { values[index] = 1 } }
        }
    }

    /// Clears components smaller than a share of the largest one.
    ///
    /// - Returns: the number of the others.
    @discardableResult
    mutating func removeComponents(smallerThan share: Float) -> Int {
        let found = components(of: 1)
        let largest = found.map(\.count).max() ?? 0
        let removed = found.filter { Float($0.count) < share * Float(largest) }
        for index in removed.joined() { values[index] = 0 }
        return found.count - removed.count
    }

    /// The 4-connected components of the pixels with a value.
    private func components(of value: UInt8) -> [[Int]] {
        var isSeen = values.map { $0 != value }
        var components: [[Int]] = []
        for start in values.indices where !isSeen[start] {
            isSeen[start] = true
            var component = [start]
            var next = 0
            while next < component.count {
                let index = component[next], x = index % width
                next += 1
                func visit(_ neighbour: Int) {
                    guard !isSeen[neighbour] else { return }
                    isSeen[neighbour] = true
                    component.append(neighbour)
                }
                if x > 0 { visit(index - 1) }
                if x < width - 1 { visit(index + 1) }
                if index >= width { visit(index - width) }
                if index + width < values.count { visit(index + width) }
            }
            components.append(component)
        }
        return components
    }

    /// Dilates the pixels with a value by a square, first along rows, then along columns.
    private mutating func spread(_ value: UInt8, radius: Int) {
        spread(value, radius: radius, lines: height, lineStep: width, count: width, step: 1)
        spread(value, radius: radius, lines: width, lineStep: 1, count: height, step: width)
    }

    private mutating func spread(_ value: UInt8, radius: Int, lines: Int, lineStep: Int, count: Int, step: Int) {
        var old = [UInt8](repeating: 0, count: count)
        for line in 0..<lines {
            let start = line * lineStep
            for position in 0..<count { old[position] = values[start + position * step] }
            func pass(_ positions: some Sequence<Int>) {
                var reach = 0
                for position in positions {
                    if old[position] == value {
                        reach = radius
                    } else if reach > 0 {
                        reach -= 1
                        values[start + position * step] = value
                    }
                }
            }
            pass(0..<count)
            pass((0..<count).reversed())
        }
    }
}
