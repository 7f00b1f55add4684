extension Array {
    /// The elements by their place in the file, those without one first; equal places keep their order.
    func sorted(byPlace place: (Element) -> SourcePosition?) -> [Element] {
        let origin = SourcePosition(line: 0, column: 0)
        let keyed = enumerated().map { (place: place($0.element) ?? origin, index: $0.offset, element: $0.element) }
        return keyed.sorted { ($0.place, $0.index) < ($1.place, $1.index) }.map(\.element)
    }
}
