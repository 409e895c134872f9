namespace ModelMonitor.Host.Init;

/// <summary>Which columns fill which input. Pure.</summary>
internal static class InputGuesser
{
    /// <summary>Inputs that are named like a column, whatever the case where no other column differs by it.</summary>
    public static IReadOnlyDictionary<string, string> ByName(ModelFacts model, DataFacts reference)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var input in model.Inputs)
        {
            if (reference.Has(input.Name)) found[input.Name] = input.Name;
            else if (reference.Columns.Where(c => c.Name.Equals(input.Name, StringComparison.OrdinalIgnoreCase)).ToList() is [var one]) found[input.Name] = one.Name;
        }

        return found;
    }

    /// <param name="left">Columns that are neither taken by name, nor a role, nor left out; in the order of the file.</param>
    public static IReadOnlyList<InputGuess> Guess(ModelFacts model, IReadOnlyDictionary<string, string> byName, IReadOnlyList<ColumnFacts> left)
    {
        var open = model.Inputs.Count(input => !byName.ContainsKey(input.Name));
        return [.. model.Inputs.Select(input => byName.TryGetValue(input.Name, out var column) ? new(input.Name, [column], "") : Wide(input, open, left))];
    }

    private static InputGuess Wide(InputFacts input, int open, IReadOnlyList<ColumnFacts> left)
    {
        var fit = left.Where(c => input.IsText ? c.Kind == ColumnKind.Text : c.Kind is ColumnKind.Whole or ColumnKind.Number or ColumnKind.Truth).ToList();
        var vectors = input.IsText ? [] : left.Where(c => c.Kind == ColumnKind.Vector && (c.Width is null || input.Width is null || c.Width == input.Width)).ToList();
        var takes = input.Width is { } width ? $"{width} column{(width == 1 ? "" : "s")}" : "any number of columns";
        if (open > 1)
            return Left(input, $"no column is called '{input.Name}', and {open} inputs are open: which columns fill it ({takes}; not placed yet: {Names(left)})?");
        if (vectors is [var vector] && (fit.Count != input.Width || fit.Count == 0))
            return new(input.Name, [vector.Name], $"the only column of lists; the input takes {takes}");
        if (fit.Count > 0 && input.Width is null)
            return new(input.Name, Columns(fit), "one tensor of any width: every column that is left, in the order of the reference. Compare with the order that the model was trained on");
        if (fit.Count == input.Width)
            return new(input.Name, Columns(fit), $"one tensor of {takes}, and so many are left: in the order of the reference. Compare with the order that the model was trained on");
        return Left(input, $"it takes {takes}, and {fit.Count} could fill it ({Names(fit)}): which, in which order?");
    }

    private static InputGuess Left(InputFacts input, string why) => new(input.Name, [], "", new($"inputs.{input.Name}", why, Required: true));

    private static string[] Columns(IEnumerable<ColumnFacts> columns) => [.. columns.Select(c => c.Name)];

    private static string Names(IReadOnlyCollection<ColumnFacts> columns) => columns.Count == 0 ? "none" : string.Join(", ", columns.Select(c => c.Name));
}
