namespace ModelMonitor.Core.Sketches;

/// <summary>State that is a sum: merging is exact, associative and commutative, bit for bit.</summary>
public interface IMergeable<in TSelf>
{
    /// <summary>Adds the other's state to this one. The other is not changed.</summary>
    /// <exception cref="ShapeMismatchException">The other was counted on another shape. This state is then unchanged.</exception>
    void Merge(TSelf other);
}

/// <summary>Two states cannot be added: they were counted on different bins or under different baselines.</summary>
public sealed class ShapeMismatchException(string message) : InvalidOperationException(message);

/// <summary>Bytes that are not a state this version can read: truncated, corrupt, or written by a newer format.</summary>
public sealed class StateFormatException(string message) : FormatException(message);
