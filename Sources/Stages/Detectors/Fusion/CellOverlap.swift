import AnomalyDetection
import Imaging
import Metrics

/// The cells of a synthetic defect, by their numbers among the cells that count.
struct DefectCells {
    /// The cells of each connected region.
    let regions: [[Int]]
    /// The cells outside.
    let outside: [Int]

    /// - Parameters:
    ///   - mask: the share of each cell that is corrupted. A cell counts as corrupted from a quarter.
    ///   - inside: nonzero for cells that count; nil if all do.
    init(mask: FloatMap, inside: [UInt8]? = nil) {
        let isCorrupted = mask.values.map { $0 >= 0.25 }
        let labels = ConnectedRegions(
            mask: isCorrupted.map { $0 ? 1 : 0 }, width: mask.width, height: mask.height
        ).labels
        var regions = [[Int]](repeating: [], count: Int(labels.max() ?? 0)), outside: [Int] = []
        var number = 0
        for (cell, label) in labels.enumerated() where inside.map({ $0[cell] != 0 }) ?? true {
            if label == 0 { outside.append(number) } else { regions[Int(label) - 1].append(number) }
            number += 1
        }
        (self.regions, self.outside) = (regions.filter { !$0.isEmpty }, outside)
    }
}

/// AU-PRO of maps of cells, fast enough to try hundreds of weights: the mean over the kinds of defects of the regions'
/// overlap at false-positive rates of 1 % to 30 %. Its thresholds come from at most 65,536 cells without a defect.
struct CellOverlap {
    /// The mean over the kinds of defects that occur; 0 if none does.
    let mean: Double

    private static let rates = 30, negatives = 1 << 16

    /// - Parameter maps: a map of cells for each image, and the defect in it.
    init(_ maps: [(values: [Float], defect: EnsembleSelection.Defect?)]) {
        let thresholds = Self.thresholds(maps)
        guard !thresholds.isEmpty else {
            mean = 0
            return
        }
        var sums: [CorruptionKind: (overlap: Double, regions: Int)] = [:]
        for (values, defect) in maps {
            guard let defect else { continue }
            for region in defect.mask.regions {
                // A cell counts at each threshold that it reaches.
                let reached = region.reduce(0) { $0 + Self.count(thresholds, upTo: values[$1]) }
                let overlap = Double(reached) / Double(region.count * thresholds.count)
                let sum = sums[defect.kind] ?? (0, 0)
                sums[defect.kind] = (sum.overlap + overlap, sum.regions + 1)
            }
        }
        let kinds = CorruptionKind.allCases.compactMap { sums[$0] }.map { $0.overlap / Double($0.regions) }
        mean = kinds.isEmpty ? 0 : kinds.reduce(0, +) / Double(kinds.count)
    }

    /// The values that 1 %, 2 %, ... of the cells without a defect reach, in ascending order.
    private static func thresholds(_ maps: [(values: [Float], defect: EnsembleSelection.Defect?)]) -> [Float] {
        let count = maps.reduce(0) { $0 + ($1.defect?.mask.outside.count ?? $1.values.count) }
        let step = max(1, (count + negatives - 1) / negatives)
        var chosen: [Float] = []
        chosen.reserveCapacity(count / step + 1)
        var next = 0
        for (values, defect) in maps {
            let outside = defect?.mask.outside
            let cells = outside?.count ?? values.count
            while next < cells {
                chosen.append(values[outside?[next] ?? next])
                next += step
            }
            next -= cells
        }
        chosen.sort(by: >)
        guard !chosen.isEmpty else { return [] }
        return (1...rates).reversed().map { chosen[min($0 * chosen.count / 100, chosen.count - 1)] }
    }

    /// The number of ascending thresholds that a value reaches.
    private static func count(_ thresholds: [Float], upTo value: Float) -> Int {
        var (low, high) = (0, thresholds.count)
        while low < high {
            let middle = (low + high) / 2
            if thresholds[middle] <= value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
