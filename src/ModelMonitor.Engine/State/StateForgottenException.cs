using ModelMonitor.Core;
using ModelMonitor.Core.Evaluations;

namespace ModelMonitor.Engine.State;

/// <summary>A range was asked for of which a part is no longer kept, or only in stretches too coarse for its bounds. Half of it would be a wrong number.</summary>
public sealed class StateForgottenException(string model, TimeRange range, LevelFloors floors) : Exception(
    $"Model {model}: {Instant.ToTime(range.Start):u} to {Instant.ToTime(range.End):u} is not kept any more: days go back to {Text(floors.Days)}, hours to {Text(floors.Hours)}, panes to {Text(floors.Panes)}.")
{
    private static string Text(long floor) => floor == long.MinValue ? "the first" : Instant.ToTime(floor).ToString("u", System.Globalization.CultureInfo.InvariantCulture);
}
