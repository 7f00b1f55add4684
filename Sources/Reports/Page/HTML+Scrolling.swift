extension HTML {
    /// What may be wider than the page, in a box that scrolls, also by the keyboard.
    /// - Parameter label: what a screen reader calls it.
    static func scrolling(_ label: String, _ content: HTML) -> HTML {
        HTML("div", ["class": "scrolling", "role": "region", "aria-label": label, "tabindex": "0"]) { content }
    }
}
