using Microsoft.ML.OnnxRuntime;

namespace ModelMonitor.Host.Scoring;

/// <summary>Finds inputs that take what an output gave for the rows before: such a model has a state.</summary>
internal static class ModelState
{
    /// <summary>Inputs with an output of the same type and shape, of at least three dimensions or with a fixed first one: more than numbers of a row.</summary>
    public static IEnumerable<(string Input, string Output)> Of(InferenceSession session, IEnumerable<string> inputs, IEnumerable<string> outputs)
    {
        var left = outputs.ToList();
        foreach (var input in inputs)
        {
            var node = session.InputMetadata[input];
            if (!node.IsTensor || node.Dimensions.Length < 2 || (node.Dimensions.Length == 2 && node.Dimensions[0] <= 0)) continue;
            if (left.FirstOrDefault(name => IsAlike(session.OutputMetadata[name], node)) is not { } output) continue;
            left.Remove(output);
            yield return (input, output);
        }
    }

    private static bool IsAlike(NodeMetadata output, NodeMetadata input) =>
        output.IsTensor && output.ElementDataType == input.ElementDataType && output.Dimensions.Length == input.Dimensions.Length
        && output.Dimensions.Zip(input.Dimensions).All(pair => pair.First == pair.Second || pair.First <= 0 || pair.Second <= 0);
}
