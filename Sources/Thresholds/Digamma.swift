import Glibc

/// The derivative of the logarithm of the gamma function, for x above 0: recurrence up to 8, then the asymptotic series
/// 6.3.18 of Abramowitz and Stegun; the error is below 1e-13.
func digamma(_ x: Double) -> Double {
    var x = x, shift = 0.0
    while x < 8 {
        shift -= 1 / x
        x += 1
    }
    let y = 1 / (x * x)
    var series = 0.0
    for coefficient in [691.0 / 32760, 1.0 / 132, 1.0 / 240, 1.0 / 252, 1.0 / 120, 1.0 / 12] {
        series = y * (coefficient - series)
    }
    return shift + log(x) - 0.5 / x - series
}
