/// One defect, at its place.
protocol DefectOverlay {
    /// Nothing changes farther than `reach` from here.
    var centre: Place { get }
    var reach: Float { get }

    /// The colour of a place with the defect.
    /// - Parameter strength: 1 as designed; more when that would be too faint to see on this piece of texture.
    func colour(at place: Place, on texture: any Texture, strength: Float) -> Colour
}
