using System.Text.RegularExpressions;

namespace ModelMonitor.Host.Init;

/// <summary>Tells by names, types and what differs between files which column is the label, the id, the time. Pure.</summary>
/// <param name="taken">Columns that inputs take by their name.</param>
internal sealed partial class RoleGuesser(DataFacts reference, DataFacts? production, DataFacts? labels, IReadOnlySet<string> taken)
{
    private static readonly string[] s_labels = ["label", "target", "y_true", "y", "ground_truth", "truth", "outcome", "actual"];
    private static readonly string[] s_ids = ["prediction_id", "request_id", "inference_id", "event_id", "entity_id", "row_id", "uuid", "id"];
    private static readonly string[] s_times = ["timestamp", "ts", "time", "event_time", "event_timestamp", "predicted_at", "datetime", "created_at", "date"];
    private static readonly string[] s_scores = ["score", "y_score", "predicted_score", "probability", "predicted_probability"];
    private static readonly string[] s_versions = ["model_version", "version"];

    /// <summary>What rows look like when they come.</summary>
    private readonly DataFacts rows = production ?? reference;

    /// <param name="named">The label's column, where the user said it.</param>
    public RoleGuess Guess(string? named)
    {
        var labelTime = LabelTime();
        var id = Id();
        var time = Time(labelTime.Value);
        var score = Simple(s_scores, kind => kind is ColumnKind.Number or ColumnKind.Vector, "a score as the serving side logged it: it is compared with the monitor's own");
        var version = Simple(s_versions, kind => kind is ColumnKind.Text or ColumnKind.Whole, "which version served the row");
        var others = new[] { id, time, labelTime, score, version }.Select(role => role.Value).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return new(id, time, named is not null ? new(named, "as asked for") : Label(others), labelTime, score, version);
    }

    private Guess<string> Label(HashSet<string> others)
    {
        var free = reference.Columns.Where(c => Free(c) && !others.Contains(c.Name) && c.Kind is not (ColumnKind.Time or ColumnKind.Vector or ColumnKind.Other)).ToList();
        if (Named(free, s_labels) is { } known) return new(known.Name, $"by its name; {Values(known)}");
        var like = free.Where(c => LabelPattern().IsMatch(c.Name)).ToList();
        if (like is [var one]) return new(one.Name, $"by its name; {Values(one)}");
        var come = labels is null ? [] : free.Where(c => labels.Has(c.Name)).ToList();
        if (come is [var later]) return new(later.Name, $"the reference and {System.IO.Path.GetFileName(labels!.Path)} both have it; {Values(later)}");
        var absent = production is null ? [] : free.Where(c => !production.Has(c.Name)).ToList();
        if (absent is [var only]) return new(only.Name, $"the reference has it and production has not; {Values(only)}");
        return new(null, "", new("columns.label", $"no column of {reference.Path} looks like the label ({string.Join(", ", reference.Columns.Select(c => c.Name))}): name it with --label", Required: true));
    }

    private Guess<string> Id()
    {
        var free = rows.Columns.Where(c => Free(c) && c.Kind is ColumnKind.Text or ColumnKind.Whole).ToList();
        if (Named(free.Where(c => c.IsUnique), s_ids) is { } known) return new(known.Name, "by its name; no two rows share one");
        var unique = free.Where(c => c.IsUnique && (c.Kind == ColumnKind.Text || IsKeyName(c.Name))).ToList();
        if (unique is [var one]) return new(one.Name, "the only column of which no two rows share a value");
        var why = Named(free, s_ids) is { } repeated ? $"'{repeated.Name}' repeats: what tells one prediction from another?" : "no column tells one prediction from another";
        return new(null, "", new("columns.id", $"{why}; without it labels that come later cannot be joined, only drift is watched", Required: false));
    }

    private Guess<string> Time(string? labelTime)
    {
        var times = rows.Columns.Where(c => Free(c) && c.Kind == ColumnKind.Time && c.Name != labelTime).ToList();
        if (times is [var one]) return new(one.Name, "the only timestamp");
        if (Named(times, s_times) is { } known) return new(known.Name, $"by its name; other times: {Names(times.Except([known]))}");
        var why = times.Count == 0 ? $"{rows.Path} has no column of timestamps; without it a row counts when it arrives" : $"which of {Names(times)} is when the prediction was made?";
        return new(null, "", new("columns.time", why, Required: false));
    }

    private Guess<string> LabelTime()
    {
        foreach (var file in new[] { labels, production, reference })
        {
            if (file?.Columns.Where(c => c.Kind == ColumnKind.Time && LabelTimePattern().IsMatch(c.Name)).ToList() is [var one])
                return new(one.Name, "when the label became known: the latest one counts");
        }

        return new(null, "");
    }

    private Guess<string> Simple(string[] names, Func<ColumnKind, bool> kind, string note) =>
        Named(rows.Columns.Where(c => Free(c) && kind(c.Kind)), names) is { } column ? new(column.Name, note) : new(null, "");

    private bool Free(ColumnFacts column) => column.Filled > 0 && !taken.Contains(column.Name);

    /// <summary>The first name that is there, whatever its case.</summary>
    private static ColumnFacts? Named(IEnumerable<ColumnFacts> columns, string[] names)
    {
        var list = columns.ToList();
        return names.Select(name => list.FirstOrDefault(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(c => c is not null);
    }

    public static bool IsKeyName(string name) => KeyPattern().IsMatch(name);

    private static string Values(ColumnFacts column) => column.Values.Count is > 0 and <= 5
        ? $"{(column.Values.Count == 1 ? "its only value is" : "its values are")} {string.Join(", ", column.Values)}"
        : $"{(column.Values.Count > 0 ? "" : "more than ")}{Math.Min(column.Distinct, ColumnFacts.MostValues)} values";

    private static string Names(IEnumerable<ColumnFacts> columns) => string.Join(", ", columns.Select(c => c.Name));

    [GeneratedRegex("(^|_)(label|target|outcome|truth)s?($|_)", RegexOptions.IgnoreCase)]
    private static partial Regex LabelPattern();

    [GeneratedRegex("^(label|target|outcome|truth)\\w*_?(ts|time|timestamp|at|date)$", RegexOptions.IgnoreCase)]
    private static partial Regex LabelTimePattern();

    [GeneratedRegex("(^|_)(id|key|uuid|index|row)$", RegexOptions.IgnoreCase)]
    private static partial Regex KeyPattern();
}
