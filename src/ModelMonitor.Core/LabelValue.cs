using System.Globalization;

namespace ModelMonitor.Core;

/// <summary>A class as data and configuration write it: an integer, a text or a truth value, compared by its invariant text.</summary>
/// <remarks>1 and "1" are the same class, and so are 1.0 read from a float column and 1; true and 1 are not.</remarks>
public readonly record struct LabelValue(string Text)
{
    public static LabelValue From(long value) => new(value.ToString(CultureInfo.InvariantCulture));

    public static LabelValue From(bool value) => new(value ? "true" : "false");

    /// <summary>Whole numbers read like integers, so that a float column of classes matches an integer in the configuration.</summary>
    public static LabelValue From(double value) =>
        value == Math.Truncate(value) && Math.Abs(value) < 1e15 ? From((long)value) : new(value.ToString("R", CultureInfo.InvariantCulture));

    public override string ToString() => Text;
}
