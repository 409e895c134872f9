using ModelMonitor.Trainer.Data;

namespace ModelMonitor.Trainer.Sweeps;

/// <summary>The settings that a prescription leaves to be searched.</summary>
public static class SweepGrid
{
    private const int Steps = 5;

    /// <param name="hidden">Hidden layers of the model to be made, the prescription's capacity included.</param>
    public static IReadOnlyList<SweepSetting> Of(TrainingTask task, IReadOnlyList<int> hidden)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(hidden);
        var settings = new List<SweepSetting>();
        var l2 = Geometric(task.L2, Steps);
        var middle = l2[l2.Count / 2];
        settings.AddRange(l2.Select(strength => new SweepSetting(hidden, strength, 0, 0)));
        if (task.L1.To > 0) settings.AddRange(Geometric(task.L1, 2).Where(strength => strength > 0).Select(strength => new SweepSetting(hidden, 0, strength, 0)));
        if (hidden.Count > 0)
        {
            if (task.Dropout.To > 0) settings.AddRange(new[] { task.Dropout.From, task.Dropout.To }.Distinct().Where(share => share > 0).Select(share => new SweepSetting(hidden, middle, 0, share)));
            // A model without hidden layers is always worth a look, unless it is capacity that lacks.
            if (task.Capacity != "larger") settings.AddRange(new[] { l2[0], l2[^1] }.Distinct().Select(strength => new SweepSetting([], strength, 0, 0)));
        }

        return [.. settings.Distinct()];
    }

    /// <summary>From an end to the other in equal ratios; a range that begins at 0 begins a thousandth below its end, with 0 before it.</summary>
    public static IReadOnlyList<double> Geometric((double From, double To) range, int steps)
    {
        if (range.To <= 0) return [0];
        if (range.From <= 0) return [0, .. Geometric((range.To / 1000, range.To), Math.Max(2, steps - 1))];
        if (range.From == range.To) return [range.From];
        return [.. Enumerable.Range(0, steps).Select(i => range.From * Math.Pow(range.To / range.From, (double)i / (steps - 1)))];
    }

    /// <summary>Hidden layers by the prescription's capacity: half, as many, or twice the units.</summary>
    public static IReadOnlyList<int> Sized(IReadOnlyList<int> hidden, string capacity) => capacity switch
    {
        "smaller" => [.. hidden.Select(units => Math.Max(2, units / 2))],
        "larger" => hidden.Count == 0 ? [8] : [.. hidden.Select(units => units * 2)],
        _ => hidden,
    };
}
