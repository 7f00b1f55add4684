/// Regions of an image that an annotation tool has marked.
public struct ImageRegions: Codable, Sendable, Hashable {
    /// The size in pixels for which the regions were drawn; nil if the tool does not state it.
    public var width, height: Int?
    public var shapes: [Shape]

    /// A shape in pixels of the upright image. The origin is its upper left corner.
    public enum Shape: Codable, Sendable, Hashable {
        /// x and y of each corner in turn.
        case polygon([Double], PolygonRule)
        /// Pixel rows and columns, the last ones included.
        case rectangle(left: Int, top: Int, right: Int, bottom: Int)
        /// The ellipse that touches the sides of a box, whose rows and columns belong to it, by the rule of Pillow.
        case ellipse(left: Int, top: Int, right: Int, bottom: Int)
        /// Lengths of runs outside and inside in turn, down the columns of the whole image.
        case columnRuns([Int])
        /// Lengths of runs outside and inside in turn, along the rows of a rectangle.
        case rowRuns(left: Int, top: Int, width: Int, height: Int, runs: [Int])
    }

    /// The pixels that belong to a polygon; tools differ.
    public enum PolygonRule: String, Codable, Sendable {
        /// The rule of the COCO API.
        case coco
        /// The rule of Pillow, which LabelMe uses.
        case pillow
    }

    public init(width: Int? = nil, height: Int? = nil, shapes: [Shape]) {
        (self.width, self.height, self.shapes) = (width, height, shapes)
    }

    /// The union of the shapes in an image. Parts outside are left out.
    public func mask(width: Int, height: Int) -> Mask {
        var mask = Mask(width: width, height: height, values: [UInt8](repeating: 0, count: width * height))
        for shape in shapes { mask.add(shape) }
        return mask
    }
}

extension Mask {
    fileprivate mutating func add(_ shape: ImageRegions.Shape) {
        switch shape {
        case .polygon(let corners, .coco):
            fillColumns(CocoPolygon.runs(corners, width: width, height: height))
        case .polygon(let corners, .pillow):
            for line in PillowPolygon.lines(corners, height: height) { fill(line.left...line.right, row: line.row) }
        case .rectangle(let left, let top, let right, let bottom):
            guard left <= right, top <= bottom, top < height, bottom >= 0 else { return }
            for row in max(top, 0)...min(bottom, height - 1) { fill(left...right, row: row) }
        case .ellipse(let left, let top, let right, let bottom):
            for line in PillowEllipse.lines(left: left, top: top, right: right, bottom: bottom) {
                fill(line.left...line.right, row: line.row)
            }
        case .columnRuns(let runs): fillColumns(runs)
        case .rowRuns(let left, let top, let width, let height, let runs):
            Mask.eachInside(runs, of: width * height) { run in
                let (first, last) = (run.lowerBound / width, run.upperBound / width)
                guard top + first < self.height, top + last >= 0 else { return }
                for row in max(first, -top)...min(last, self.height - 1 - top) {
                    let start = row == first ? run.lowerBound % width : 0
                    let end = row == last ? run.upperBound % width : width - 1
                    fill(left + start...left + end, row: top + row)
                }
            }
        }
    }

    private mutating func fill(_ columns: ClosedRange<Int>, row: Int) {
        guard (0..<height).contains(row), columns.upperBound >= 0, columns.lowerBound < width else { return }
        for x in max(columns.lowerBound, 0)...min(columns.upperBound, width - 1) { values[row * width + x] = 1 }
    }

    private mutating func fillColumns(_ runs: [Int]) {
        let (width, height) = (width, height)
        Mask.eachInside(runs, of: width * height) { run in
            for place in run { values[place % height * width + place / height] = 1 }
        }
    }

    /// Calls a closure with the places of each run inside, up to `count`.
    private static func eachInside(_ runs: [Int], of count: Int, _ body: (ClosedRange<Int>) -> Void) {
        var place = 0, isInside = false
        for run in runs {
            let end = min(count, place + max(0, min(run, count)))
            if isInside, place < end { body(place...end - 1) }
            (place, isInside) = (end, !isInside)
        }
    }
}

extension ImageRegions {
    /// The runs of a string in which the COCO API compresses them: differences to the run before last, in groups of
    /// five bits from the lowest on, each as a character from "0" on.
    ///
    /// - Returns: nil for other characters, numbers beyond 32 bits and negative runs.
    public static func columnRuns(compressed text: String) -> [Int]? {
        var runs: [Int] = [], number = 0, shift = 0
        for byte in text.utf8 {
            guard byte >= 48, byte < 48 + 64, shift < 35 else { return nil }
            let bits = Int(byte) - 48
            number |= (bits & 31) << shift
            shift += 5
            if bits & 32 != 0 { continue }
            if bits & 16 != 0 { number -= 1 << shift }
            if runs.count > 2 { number += runs[runs.count - 2] }
            guard (0...Int(UInt32.max)).contains(number) else { return nil }
            runs.append(number)
            (number, shift) = (0, 0)
        }
        return shift == 0 ? runs : nil
    }

    /// The string in which the COCO API compresses runs; the inverse of `columnRuns(compressed:)`.
    ///
    /// - Parameter runs: 0 to 2^32 - 1 each.
    public static func compressed(columnRuns runs: [Int]) -> String {
        var text: [UInt8] = []
        for (index, run) in runs.enumerated() {
            var number = index > 2 ? run - runs[index - 2] : run
            var isLast = false
            while !isLast {
                let bits = number & 31
                number >>= 5
                // The highest bit of the last group is the sign.
                isLast = bits & 16 == 0 ? number == 0 : number == -1
                text.append(UInt8(48 + (isLast ? bits : bits | 32)))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
