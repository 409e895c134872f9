using Microsoft.ML.OnnxRuntime;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Host.Scoring;

/// <summary>Holds a model's inputs against the configuration.</summary>
/// <param name="session">Its inputs, and initializers that a value may replace.</param>
/// <param name="scored">The outputs that are read as scores; what else comes back may be a state.</param>
internal sealed class InputPlanner(string path, InferenceSession session, IReadOnlyList<ModelInput> configured, IReadOnlyList<string> scored)
{
    private readonly List<string> faults = [];

    /// <summary>The plans in the order of the model's inputs, then of the initializers that are filled.</summary>
    /// <exception cref="ScoringException">The configured inputs do not fit the model's; every fault is in the message.</exception>
    public IReadOnlyList<InputPlan> Plan()
    {
        var names = session.InputNames;
        var given = configured.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        var missing = names.Where(name => !given.Contains(name)).ToList();
        // With columns or without: where others count rows and an input counts layers, no column can fill it.
        var layered = FirstIs(size => size <= 0).Any() ? FirstIs(size => size > 0).Where(given.Contains) : [];
        var states = ModelState.Of(session, missing.Concat(layered), session.OutputNames.Except(scored)).ToList();
        foreach (var (input, output) in states) faults.Add($"is stateful: input '{input}' takes what output '{output}' gave for the rows before, and a monitor that gets rows in any order has no rows before");
        var unfilled = missing.Except(states.Select(state => state.Input)).ToList();
        if (unfilled.Count > 0) faults.Add($"no columns configured for input {InputPlan.Quoted(unfilled)}");
        var optional = session.OverridableInitializerMetadata;
        var unknown = given.Where(name => !names.Contains(name) && !optional.ContainsKey(name)).ToList();
        if (unknown.Count > 0)
            faults.Add($"no such input {InputPlan.Quoted(unknown)} (the model's inputs: {InputPlan.Quoted(names)}{(optional.Count == 0 ? "" : $"; with a default: {InputPlan.Quoted(optional.Keys)}")})");
        var twice = configured.GroupBy(input => input.Name).Where(group => group.Count() > 1).Select(group => group.Key).ToList();
        if (twice.Count > 0) faults.Add($"input {InputPlan.Quoted(twice)} is configured more than once");

        var plans = new List<InputPlan>();
        foreach (var name in names.Concat(optional.Keys).Where(given.Contains))
        {
            var node = session.InputMetadata.TryGetValue(name, out var declared) ? declared : optional[name];
            if (Plan(name, node, configured.First(input => input.Name == name)) is { } plan) plans.Add(plan);
        }

        if (plans.Select(plan => plan.FixedRows).OfType<int>().Distinct().Count() > 1)
            faults.Add("its inputs declare different numbers of rows");
        return faults.Count == 0 ? plans : throw new ScoringException($"{path}: {string.Join("; ", faults)}");
    }

    private IEnumerable<string> FirstIs(Func<int, bool> size) => session.InputNames.Where(name => session.InputMetadata[name] is { IsTensor: true, Dimensions: [var first, ..] } && size(first));

    private InputPlan? Plan(string name, NodeMetadata node, ModelInput input)
    {
        void Fault(string what) => faults.Add($"input '{name}' {what}");
        if (!node.IsTensor)
            Fault($"is a {OrtNames.Of(node)}; only tensors can be filled from columns");
        else if (!TensorTypes.Supports(node.ElementDataType))
            Fault($"has element type {OrtNames.Of(node.ElementDataType)}, which no column can fill");
        else if (input.Value is not null)
            return Constant(name, node, input.Value);
        else if (RowOf(node, input.Columns.Count, out var row) is { } fault)
            Fault(fault);
        else
            return new(name, node.ElementDataType, row, node.Dimensions is [> 0 and var rows, ..] ? rows : null, input.Columns, Defaults(name, node, input));
        return null;
    }

    /// <summary>A constant of the declared size; where the first dimension is open it is that of the rows.</summary>
    private InputPlan? Constant(string name, NodeMetadata node, string text)
    {
        if (InputValue.Of(text, node.ElementDataType) is not { } value)
            faults.Add($"input '{name}' of type {OrtNames.Of(node.ElementDataType)} cannot be '{text}'");
        else if (node.Dimensions.Skip(1).Any(size => size <= 0))
            faults.Add($"input '{name}' has no fixed size, so that one value cannot fill it");
        else
        {
            var size = node.Dimensions.Select(dimension => (long)dimension).ToArray();
            return new(name, node.ElementDataType, [.. size.Skip(1)], null, [], []) { Constant = value, ConstantShape = size is [<= 0, ..] ? null : size };
        }

        return null;
    }

    private InputValue?[] Defaults(string name, NodeMetadata node, ModelInput input)
    {
        var defaults = new InputValue?[input.Columns.Count];
        for (var c = 0; c < defaults.Length; c++)
        {
            if ((input.Defaults.GetValueOrDefault(input.Columns[c]) ?? input.Default) is not { } text) continue;
            defaults[c] = InputValue.Of(text, node.ElementDataType);
            if (defaults[c] is null) faults.Add($"input '{name}' of type {OrtNames.Of(node.ElementDataType)} cannot be '{text}', the default of column '{input.Columns[c]}'");
        }

        var strangers = input.Defaults.Keys.Except(input.Columns).ToList();
        if (strangers.Count > 0) faults.Add($"input '{name}' has a default for {InputPlan.Quoted(strangers)}, which is none of its columns");
        return defaults;
    }

    /// <summary>A column may be of lists, so fewer columns than places are no fault yet: the first batch tells.</summary>
    private static string? RowOf(NodeMetadata node, int columns, out long[] row)
    {
        row = [.. node.Dimensions.Skip(1).Select(size => size > 0 ? (long)size : -1)];
        if (columns == 0) return "has no columns";
        switch (node.Dimensions.Length)
        {
            // No dimensions: the model does not say, and [rows, columns] is what nearly every converter means.
            case 0:
                row = [-1];
                return null;
            case 1:
                return columns == 1 ? null : $"takes one column (shape [rows]), {columns} are configured";
        }

        if (row.Count(size => size < 0) > 1) return $"has {row.Count(size => size < 0)} dimensions of open size beside the rows; columns can fill one";
        var places = row.Aggregate(1L, (product, size) => product * size);
        return places >= columns || places < 0 ? null : $"takes {places} column{(places == 1 ? "" : "s")}, {columns} are configured";
    }
}
