using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Host.Scoring;

/// <summary>How one model input is filled: a tensor of [rows, columns], or of [rows] where the model declares it so.</summary>
/// <param name="Flat">The tensor has one dimension, and so one column.</param>
/// <param name="FixedRows">The number of rows that the model insists on; null where any will do.</param>
internal sealed record InputPlan(string Name, TensorElementType Type, IReadOnlyList<string> Columns, bool Flat, int? FixedRows)
{
    /// <summary>The plans in the order of the model's inputs.</summary>
    /// <exception cref="ScoringException">The configured inputs do not fit the model's; every fault is in the message.</exception>
    public static IReadOnlyList<InputPlan> For(
        string path, IReadOnlyList<string> names, IReadOnlyDictionary<string, NodeMetadata> declared, IReadOnlyList<ModelInput> configured)
    {
        var faults = new List<string>();
        var missing = names.Where(name => configured.All(input => input.Name != name)).ToList();
        if (missing.Count > 0) faults.Add($"no columns configured for input {Quoted(missing)}");
        var unknown = configured.Select(input => input.Name).Where(name => !names.Contains(name)).ToList();
        if (unknown.Count > 0) faults.Add($"no such input {Quoted(unknown)} (the model's inputs: {Quoted(names)})");
        var twice = configured.GroupBy(input => input.Name).Where(group => group.Count() > 1).Select(group => group.Key).ToList();
        if (twice.Count > 0) faults.Add($"input {Quoted(twice)} is configured more than once");

        var plans = new List<InputPlan>();
        foreach (var name in names.Except(missing))
        {
            var columns = configured.First(input => input.Name == name).Columns;
            if (Fault(declared[name], columns.Count) is { } fault)
                faults.Add($"input '{name}' {fault}");
            else
                plans.Add(Of(name, declared[name], columns));
        }

        if (plans.Select(plan => plan.FixedRows).OfType<int>().Distinct().Count() > 1)
            faults.Add("its inputs declare different numbers of rows");
        return faults.Count == 0 ? plans : throw new ScoringException($"{path}: {string.Join("; ", faults)}");
    }

    public static string Quoted(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));

    private static InputPlan Of(string name, NodeMetadata node, IReadOnlyList<string> columns) =>
        new(name, node.ElementDataType, columns, node.Dimensions.Length == 1, node.Dimensions is [> 0 and var rows, ..] ? rows : null);

    private static string? Fault(NodeMetadata node, int width)
    {
        if (!node.IsTensor) return $"is a {OrtNames.Of(node)}; only tensors can be filled from columns";
        if (!ColumnTensors.Supports(node.ElementDataType)) return $"has element type {OrtNames.Of(node.ElementDataType)}, which no column can fill";
        if (width == 0) return "has no columns";
        return node.Dimensions switch
        {
            // No dimensions: the model does not say, and [rows, columns] is what nearly every converter means.
            [] => null,
            [_] => width == 1 ? null : $"takes one column (shape [rows]), {width} are configured",
            [_, <= 0] => null,
            [_, var k] => k == width ? null : $"takes {k} column{(k == 1 ? "" : "s")}, {width} {(width == 1 ? "is" : "are")} configured",
            var other => $"has {other.Length} dimensions; one row must be a scalar or a vector",
        };
    }
}
