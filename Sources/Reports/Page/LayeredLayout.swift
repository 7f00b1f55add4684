/// A layered drawing of an acyclic graph (Sugiyama, Tagawa and Toda, 1981).
///
/// Every edge leads to a column further right. Within a column, nodes are placed near their neighbours.
struct LayeredLayout {
    struct Place: Equatable {
        var column, row: Double
    }

    private(set) var places: [Place]
    private(set) var columns = 0
    private(set) var rows = 0

    private static let sweeps = 8

    /// - Parameter edges: from left to right. Nodes on a cycle get a place too.
    init(count: Int, edges: [(from: Int, to: Int)]) {
        places = Array(repeating: Place(column: 0, row: 0), count: count)
        var (sources, users) = (Array(repeating: [Int](), count: count), Array(repeating: [Int](), count: count))
        for edge in edges where edge.from != edge.to {
            sources[edge.to].append(edge.from)
            users[edge.from].append(edge.to)
        }
        let layers = Self.layers(count, sources, users)
        columns = (layers.max() ?? -1) + 1
        var members = Array(repeating: [Int](), count: columns)
        for node in 0..<count { members[layers[node]].append(node) }
        rows = members.map(\.count).max() ?? 0
        arrange(&members, sources, users)
        for (column, nodes) in members.enumerated() {
            let top = Double(rows - nodes.count) / 2
            for (row, node) in nodes.enumerated() {
                places[node] = Place(column: Double(column), row: top + Double(row))
            }
        }
    }

    /// The layer of a node is its longest path from a node without sources. Nodes without sources then move right, next
    /// to their first user.
    private static func layers(_ count: Int, _ sources: [[Int]], _ users: [[Int]]) -> [Int] {
        var waiting = sources.map(\.count)
        var layers = [Int](repeating: 0, count: count)
        var ready = (0..<count).filter { waiting[$0] == 0 }
        var next = 0
        while next < ready.count {
            let node = ready[next]
            next += 1
            for user in users[node] {
                layers[user] = max(layers[user], layers[node] + 1)
                waiting[user] -= 1
                if waiting[user] == 0 { ready.append(user) }
            }
        }
        for node in 0..<count where sources[node].isEmpty {
            if let first = users[node].map({ layers[$0] }).min() { layers[node] = max(first - 1, 0) }
        }
        return layers
    }

    /// Orders each column by the mean position of its neighbours, sweeping from left to right and back.
    private func arrange(_ members: inout [[Int]], _ sources: [[Int]], _ users: [[Int]]) {
        var place = [Double](repeating: 0, count: places.count)
        for column in members {
            for (row, node) in column.enumerated() { place[node] = Double(row) - Double(column.count) / 2 }
        }
        for sweep in 0..<Self.sweeps {
            let isForward = sweep % 2 == 0
            let order = isForward ? Array(members.indices) : members.indices.reversed()
            for column in order {
                let weighed = members[column].enumerated().map { row, node in
                    let near = isForward ? sources[node] : users[node]
                    let mean = near.isEmpty ? place[node] : near.reduce(0) { $0 + place[$1] } / Double(near.count)
                    return (node: node, mean: mean, row: row)
                }
                members[column] = weighed.sorted { ($0.mean, $0.row) < ($1.mean, $1.row) }.map(\.node)
                for (row, node) in members[column].enumerated() {
                    place[node] = Double(row) - Double(members[column].count) / 2
                }
            }
        }
    }
}
