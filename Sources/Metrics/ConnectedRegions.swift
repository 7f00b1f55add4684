/// The 8-connected regions of a mask, numbered in the order in which a scan by rows meets them.
struct ConnectedRegions {
    /// height x width: 0 outside, else 1 + the region's index.
    let labels: [UInt32]
    /// Pixels in each region.
    let sizes: [Int]

    init(mask: [UInt8], width: Int, height: Int) {
        var labels = [UInt32](repeating: 0, count: mask.count)
        var sizes: [Int] = []
        var stack: [Int] = []
        for start in mask.indices where mask[start] != 0 && labels[start] == 0 {
            let label = UInt32(sizes.count + 1)
            var size = 0
            labels[start] = label
            stack.append(start)
            while let pixel = stack.popLast() {
                size += 1
                let (row, column) = pixel.quotientAndRemainder(dividingBy: width)
                for y in max(row - 1, 0)...min(row + 1, height - 1) {
                    for x in max(column - 1, 0)...min(column + 1, width - 1) {
                        let neighbour = y * width + x
                        if mask[neighbour] != 0 && labels[neighbour] == 0 {
                            labels[neighbour] = label
                            stack.append(neighbour)
                        }
                    }
                }
            }
            sizes.append(size)
        }
        self.labels = labels
        self.sizes = sizes
    }
}
