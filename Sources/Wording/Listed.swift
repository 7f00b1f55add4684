extension Collection<String> {
    /// The elements with commas, such as "a, b and 4 more" if there are more than `limit`.
    package func listed(atMost limit: Int = 3) -> String {
        prefix(limit).joined(separator: ", ") + (count > limit ? " and \(count - limit) more" : "")
    }
}
