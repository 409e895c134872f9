using System.Globalization;

namespace ModelMonitor.Core.Diagnosis;

/// <summary>Numbers as messages write them.</summary>
internal static class Prose
{
    public static string Number(double value) =>
        value == 0 || Math.Abs(value) >= 0.001 ? value.ToString("0.####", CultureInfo.InvariantCulture) : value.ToString("0.##e+0", CultureInfo.InvariantCulture);

    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture).Replace(',', ' ');

    public static string Percent(double ratio) => (ratio * 100).ToString("0.##", CultureInfo.InvariantCulture) + " %";

    /// <summary>`window day`, or `window day, segment carrier=AA`.</summary>
    public static string Window(Evaluations.Evaluation evaluation) =>
        evaluation.Segment.Length == 0 ? $"window {evaluation.Window}" : $"window {evaluation.Window}, segment {evaluation.Segment}";
}
