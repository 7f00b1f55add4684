/// A number with its noun, such as "1 image" or "3 images".
///
/// - Parameter several: The words after every number but 1; `one` with an s by default.
package func counted(_ count: Int, _ one: String, _ several: String? = nil) -> String {
    "\(count) \(count == 1 ? one : several ?? one + "s")"
}
