extension Array {
    /// At most as many elements, spread evenly from the first one on.
    package func evenSample(_ count: Int) -> [Element] {
        let chosen = Swift.min(self.count, count)
        return (0..<chosen).map { self[$0 * self.count / chosen] }
    }
}
