using System.Globalization;

namespace ModelMonitor.Host.Init;

/// <summary>From what the files say to a first configuration. Pure.</summary>
internal static class Guesser
{
    /// <summary>A whole-number column of so few values is more likely a code than a quantity.</summary>
    private const int MostCategories = 12;

    /// <param name="production">Rows as they will come; null: as the reference.</param>
    /// <param name="labels">Labels that come later; null: there is no such file.</param>
    /// <param name="label">The label's column, where the user said it.</param>
    public static ConfigurationGuess Guess(ModelFacts model, DataFacts reference, DataFacts? production = null, DataFacts? labels = null, string? label = null)
    {
        var byName = InputGuesser.ByName(model, reference);
        var taken = byName.Values.ToHashSet(StringComparer.Ordinal);
        var roles = new RoleGuesser(reference, production, labels, taken).Guess(label);
        var free = reference.Columns.Where(c => !taken.Contains(c.Name) && !roles.All.Contains(c.Name)).ToList();
        var ignore = free.Where(MeansNothing).ToList();
        var left = free.Except(ignore).ToList();
        // What production does not have cannot be an input.
        var inputs = InputGuesser.Guess(model, byName, [.. left.Where(c => production?.Has(c.Name) != false)]);
        var used = inputs.SelectMany(input => input.Columns).ToHashSet(StringComparer.Ordinal);
        ColumnFacts[] watched = [.. left.Where(c => c.Kind is not (ColumnKind.Vector or ColumnKind.Other)), .. reference.Columns.Where(c => taken.Contains(c.Name))];
        var categorical = reference.Columns.Where(c => watched.Contains(c) && c.Kind == ColumnKind.Whole && c.Distinct is > 0 and <= MostCategories).ToList();
        return new(roles, TaskGuesser.Guess(model, roles.Label.Value is { } name ? reference.Find(name) : null), inputs, categorical, ignore, [.. watched.Select(c => c.Name).Where(name => !used.Contains(name))],
            Windows(production, roles.Time.Value));
    }

    /// <summary>The default rules look at days, and at none of fewer rows than this.</summary>
    private const int LeastADay = 1000;

    private static Left? Windows(DataFacts? production, string? time)
    {
        if (production is null || time is null || production.Find(time)?.Span is not var (first, last) || last == first) return null;
        var perDay = production.Rows / TimeSpan.FromMicroseconds(last - first).TotalDays;
        if (perDay >= LeastADay || !production.IsWhole) return null;
        return new("windows, rules", string.Create(CultureInfo.InvariantCulture, $"production has about {perDay:0.#} rows a day, and the default rules judge days of {LeastADay:N0} rows or more: write longer windows, and rules with min_rows that fit"), Required: false);
    }

    /// <summary>Times always move on, and keys never repeat.</summary>
    private static bool MeansNothing(ColumnFacts column) => column.Kind == ColumnKind.Time || (column.IsUnique && (column.Kind == ColumnKind.Text || RoleGuesser.IsKeyName(column.Name)));
}
