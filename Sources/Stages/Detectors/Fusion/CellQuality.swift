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

/// How well maps of cells mark defects, fast enough to try hundreds of weights: the mean of two figures that maps are
/// judged by, over the kinds of defects. AU-PRO, the overlap with each region at false-positive rates up to 30 %,
/// counts small defects as much as large ones; pixel AUROC, the share of defective cells at all rates, does not.
///
/// Rates are multiples of 1 %, and thresholds come from at most 65,536 cells without a defect.
struct CellQuality {
    /// The mean over the kinds of defects that occur; 0 if none does.
    let mean: Double

    private static let rates = 100, overlapRates = 30, negatives = 1 << 16

    private struct Sums {
        var overlap = 0.0, regions = 0, reached = 0, cells = 0
    }

    /// - Parameter maps: a map of cells for each image, and the defect in it.
    init(_ maps: [(values: [Float], defect: EnsembleSelection.Defect?)]) {
        let thresholds = Self.thresholds(maps)
        guard !thresholds.isEmpty else {
            mean = 0
            return
        }
        // Thresholds ascend, so rates descend: the last ones have the lowest.
        let spared = Self.rates - Self.overlapRates
        var sums: [CorruptionKind: Sums] = [:]
        for (values, defect) in maps {
            guard let defect else { continue }
            var sum = sums[defect.kind] ?? Sums()
            for region in defect.mask.regions {
                // A cell counts at each threshold that it reaches.
                let reached = region.map { Self.count(thresholds, upTo: values[$0]) }
                let overlap = reached.reduce(0) { $0 + max(0, $1 - spared) }
                sum.overlap += Double(overlap) / Double(region.count * Self.overlapRates)
                sum.regions += 1
                sum.reached += reached.reduce(0, +)
                sum.cells += region.count
            }
            sums[defect.kind] = sum
        }
        let kinds = CorruptionKind.allCases.compactMap { sums[$0] }.filter { $0.regions > 0 }.map { sum in
            let share = Double(sum.reached) / Double(sum.cells * Self.rates)
            return (sum.overlap / Double(sum.regions) + share) / 2
        }
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
