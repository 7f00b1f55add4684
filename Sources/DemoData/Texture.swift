/// Red, green and blue, 0 to 1 when visible.
typealias Colour = SIMD3<Float>

/// A place on a surface. Images span 128 units whatever their size in pixels.
typealias Place = SIMD2<Float>

/// A surface without defects: a colour for every place.
protocol Texture {
    func colour(at place: Place) -> Colour
}
