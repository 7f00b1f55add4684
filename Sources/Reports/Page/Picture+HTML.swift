import Foundation

extension Picture {
    /// Embedded in the page.
    /// - Parameter meaning: what a screen reader says.
    func html(_ meaning: String) -> HTML {
        HTML(
            "img",
            [
                "alt": meaning, "width": "\(max(1, width))", "height": "\(max(1, height))",
                "src": "data:\(mimeType.rawValue);base64,\(Data(bytes).base64EncodedString())",
            ])
    }
}
