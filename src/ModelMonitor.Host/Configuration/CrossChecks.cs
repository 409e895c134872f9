using ModelMonitor.Engine.Options;

namespace ModelMonitor.Host.Configuration;

/// <summary>What no section can see alone: panes, windows, retention and label delays have to fit each other.</summary>
internal static class CrossChecks
{
    /// <summary>Labels may come a little later than they are said to; a prediction that is gone by then could never be judged.</summary>
    private const double WaitingMargin = 1.3;

    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    /// <summary>Panes are summed into hours and days, so they must fill one or the other without a rest.</summary>
    public static bool IsPane(TimeSpan pane) =>
        pane > TimeSpan.Zero && (Divides(pane, s_hour) || (Divides(s_hour, pane) && Divides(pane, s_day)));

    /// <summary>A window's bounds lie on panes; those of longer ones on hours (above 1d) or days (above 14d), in which they are stored.</summary>
    public static void Windows(IReadOnlyList<BoundWindow> windows, TimeSpan pane, Section monitor, FaultList faults)
    {
        foreach (var (window, place) in windows)
        {
            var unit = window.Size > 14 * s_day ? s_day : window.Size > s_day ? s_hour : pane;
            unit = unit > pane ? unit : pane;
            if (Divides(unit, window.Size))
                continue;
            var reason = unit == pane ? "the pane" : window.Size > 14 * s_day ? "as it is longer than 14d" : "as it is longer than 1d";
            if (place is { } own)
                faults.Add(own, $"windows.{window.Name}.size", $"must be a multiple of {ValueText.Of(unit)} ({reason}); found {ValueText.Of(window.Size)}");
            else
                monitor.Fault("pane", $"does not divide the default window '{window.Name}' of {ValueText.Of(window.Size)}; write windows that are multiples of it");
        }
    }

    public static void Retention(IReadOnlyList<BoundWindow> windows, RetentionOptions retention, Section section, FaultList faults)
    {
        foreach (var (window, place) in windows.Where(window => window.Options.Size > retention.Panes))
        {
            var message = $"the window of {ValueText.Of(window.Size)} is longer than retention.panes, {ValueText.Of(retention.Panes)}";
            if (place is { } own)
                faults.Add(own, $"windows.{window.Name}.size", message);
            else
                section.Fault("panes", $"{ValueText.Of(retention.Panes)} is shorter than the default window '{window.Name}' of {ValueText.Of(window.Size)}");
        }
    }

    /// <summary>Performance is of the window that ends a label delay ago: that far back, the state must be there.</summary>
    public static void LabelDelay(ModelOptions model, IReadOnlyList<BoundWindow> windows, RetentionOptions retention, Place modelPlace, FaultList faults)
    {
        // A window that is too long by itself is told of once.
        var tooLong = windows.Select(window => window.Options).Where(window => window.Size <= retention.Panes && window.Size + model.LabelDelay > retention.Panes).MaxBy(window => window.Size);
        if (tooLong is null || model.JoinSample == 0)
            return;
        faults.Add(
            modelPlace,
            $"models.{model.Name}.label_delay",
            $"{ValueText.Of(model.LabelDelay)} and the window '{tooLong.Name}' of {ValueText.Of(tooLong.Size)} before it reach back further than retention.panes, {ValueText.Of(retention.Panes)}");
    }

    public static void Accepted(ModelOptions model, IReadOnlyList<BoundWindow> windows, Place modelPlace, FaultList faults)
    {
        var names = windows.Select(window => window.Options.Name).ToArray();
        if (model.Promotion.Accept is { } accept && !names.Contains(accept, StringComparer.Ordinal))
            faults.Add(modelPlace, $"models.{model.Name}.promotion.accept", $"there is no window '{accept}'{Suggestion.For(accept, names)}");
    }

    public static void Waiting(ModelOptions model, RetentionOptions retention, Section section, Place modelPlace, FaultList faults)
    {
        var least = model.LabelDelay * WaitingMargin;
        if (model.JoinSample == 0 || retention.WaitingPredictions >= least)
            return;
        var place = section.Has("waiting_predictions") ? section.PlaceOf("waiting_predictions") : modelPlace;
        faults.Add(
            place,
            "retention.waiting_predictions",
            $"must be at least 1.3 times the label_delay of {model.Name}, {ValueText.Of(model.LabelDelay)}; found {ValueText.Of(retention.WaitingPredictions)}");
    }

    private static bool Divides(TimeSpan part, TimeSpan whole) => whole.Ticks % part.Ticks == 0;
}
