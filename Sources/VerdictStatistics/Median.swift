/// The median; of an even number of values, the mean of the middle two.
///
/// - Parameter values: at least one, without NaN.
public func median<Value: BinaryFloatingPoint>(_ values: [Value]) -> Value {
    let ascending = values.sorted()
    let middle = ascending.count / 2
    return ascending.count.isMultiple(of: 2) ? (ascending[middle - 1] + ascending[middle]) / 2 : ascending[middle]
}
